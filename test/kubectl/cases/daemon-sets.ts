/** A daemon set's life: applied, rolled out and back, restarted, moved to other nodes, deleted. */
import { eventually, type Case } from '../case.ts';

const agent = `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  selector:
    matchLabels: { app: agent }
  template:
    metadata:
      labels: { app: agent }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: agent
        image: agent:1
`;

const rolledOut = 'kubectl rollout status daemonset/agent --timeout=50s | tail -1';

export const daemonSets: readonly Case[] = [
  {
    name: 'daemon set',
    files: { 'agent.yaml': agent },
    steps: [
      'kubectl apply -f agent.yaml',
      rolledOut,
      eventually('kubectl get daemonsets,controllerrevisions -o wide'),
      eventually("kubectl get pods -o wide | awk '{ print $7 }' | sort"),
      'kubectl get daemonset agent -o yaml',
      'kubectl get controllerrevisions -o yaml',
      "kubectl describe daemonset agent | sed '/^Events/,$d'",
      'kubectl rollout history daemonset/agent',
      'kubectl set image daemonset/agent agent=agent:2',
      rolledOut,
      'kubectl rollout history daemonset/agent',
      'kubectl rollout history daemonset/agent --revision=1',
      'kubectl rollout history daemonset/agent --revision=9',
      'kubectl rollout undo daemonset/agent --dry-run=client',
      'kubectl rollout undo daemonset/agent --to-revision=9',
      'kubectl rollout undo daemonset/agent',
      rolledOut,
      eventually('kubectl rollout history daemonset/agent'),
      'kubectl rollout undo daemonset/agent --to-revision=3',
      'kubectl rollout pause daemonset/agent',
      'kubectl rollout restart daemonset/agent',
      rolledOut,
      eventually('kubectl get controllerrevisions -o custom-columns=R:.revision --no-headers | sort'),
      eventually(
        'kubectl get events -o custom-columns=R:.reason,K:.involvedObject.kind,T:.type --no-headers | grep DaemonSet | sort | uniq',
      ),
      `kubectl patch daemonset agent -p '{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"node-2"}}}}}'`,
      rolledOut,
      eventually('kubectl get daemonset agent'),
      'kubectl delete daemonset agent --cascade=foreground',
      eventually('kubectl get all,controllerrevisions'),
    ],
  },
];
