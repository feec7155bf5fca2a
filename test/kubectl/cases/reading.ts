/** `get` in all its forms, `describe`, and what discovery says. */
import { differing, eventually, type Case } from '../case.ts';

const things = `apiVersion: v1
kind: ConfigMap
metadata:
  name: alpha
  labels: {app: a, tier: front}
data: {k: "2"}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: beta
  labels: {app: b, tier: back}
  annotations: {note: "a, b"}
data: {k: "1", l: "x"}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: gamma
  labels: {app: c}
---
apiVersion: v1
kind: Secret
metadata:
  name: alpha
  labels: {app: a}
stringData: {p: w}
`;

const pods = `apiVersion: v1
kind: Pod
metadata:
  name: two
  labels: {app: two}
  annotations: {example.com/note: hello}
spec:
  initContainers:
  - {name: init, image: busybox, command: [sh, -c, "true"]}
  containers:
  - name: a
    image: nginx:1.27
    ports: [{containerPort: 80, name: http}, {containerPort: 53, protocol: UDP}]
    resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: "0.5", memory: 128Mi}}
    env:
    - {name: PLAIN, value: x}
    - {name: FROM, valueFrom: {configMapKeyRef: {name: settings, key: k, optional: true}}}
    - {name: WHERE, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    livenessProbe: {httpGet: {path: /, port: http}}
    readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 1}
    volumeMounts: [{name: scratch, mountPath: /scratch}, {name: settings, mountPath: /settings, readOnly: true}]
  - {name: b, image: redis, args: ["--x", "y z"]}
  volumes:
  - {name: scratch, emptyDir: {}}
  - {name: settings, configMap: {name: settings, optional: true}}
  nodeSelector: {kubernetes.io/os: linux}
  tolerations: [{key: dedicated, operator: Equal, value: x, effect: NoSchedule}]
---
apiVersion: v1
kind: Pod
metadata: {name: unschedulable}
spec:
  containers: [{name: a, image: nginx, resources: {requests: {cpu: "900"}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: missing-config}
spec:
  containers: [{name: a, image: nginx, envFrom: [{configMapRef: {name: not-here}}]}]
`;

const withoutPreemption = 'the small scheduler of the embedded host does not speak of preemption';
const internalStructs = 'upstream shows the change of its internal structs';

export const reading: readonly Case[] = [
  {
    name: 'get, in all forms',
    files: { 'things.yaml': things },
    steps: [
      'kubectl get configmaps -l app=a',
      'kubectl apply -f things.yaml',
      'kubectl get cm,secrets',
      'kubectl get configmaps -o wide',
      'kubectl get configmaps -o name',
      'kubectl get configmaps -o json',
      'kubectl get configmaps -o yaml',
      'kubectl get configmap alpha -o json',
      'kubectl get configmaps alpha beta',
      'kubectl get configmaps alpha nothing',
      'kubectl get configmaps alpha nothing --ignore-not-found',
      'kubectl get nosuchkind',
      'kubectl get cm -o jsonpath=\'{range .items[*]}{.metadata.name}={.data}{"\\n"}{end}\'',
      "kubectl get cm -o jsonpath-as-json='{.items[*].metadata.labels}'",
      "kubectl get cm -o go-template='{{range .items}}{{.metadata.name}} {{end}}'",
      'kubectl get cm -o custom-columns=NAME:.metadata.name,K:.data.k,L:.data.l',
      'kubectl get cm --sort-by=.data.k',
      'kubectl get cm --sort-by=.metadata.name --no-headers',
      'kubectl get cm --show-labels',
      'kubectl get cm -L app,tier',
      'kubectl get cm --show-kind',
      'kubectl get cm --chunk-size=1',
      'kubectl get cm --chunk-size=2 -o name',
      "kubectl get cm -l 'app in (a,b),tier!=back'",
      "kubectl get cm -l '!tier' -o name",
      "kubectl get cm -l 'app=='",
      "kubectl get cm -l 'app in (a'",
      'kubectl get cm --field-selector=metadata.name=beta',
      'kubectl get cm --field-selector=metadata.name!=beta -o name',
      'kubectl get cm --field-selector=data.k=1',
      'kubectl get cm -f things.yaml',
      'kubectl get -f things.yaml -o name',
      'kubectl get cm --server-print=false',
      'kubectl get cm --show-managed-fields -o name',
      'kubectl get cm --output-watch-events --watch-only --request-timeout=1s',
      'kubectl get cm alpha --watch --request-timeout=1s',
      'kubectl get cm --watch --output-watch-events -o name --request-timeout=1s',
      'kubectl get cm/alpha secret/alpha',
      'kubectl get cm/alpha beta',
      'kubectl get cm -A --field-selector=metadata.namespace=$NS',
      'kubectl get configmaps.v1. alpha',
      'kubectl get configmaps.v9.example.com alpha',
      'kubectl get events',
      'kubectl describe cm beta',
      'kubectl describe cm nothing',
      'kubectl get --raw /api/v1/namespaces/$NS/configmaps/alpha',
      'kubectl get --raw /api/v1/namespaces/$NS/configmaps?limit=0x',
      'kubectl get --raw /nothing',
    ],
  },
  {
    name: 'pods in detail',
    files: { 'pods.yaml': pods },
    steps: [
      'kubectl create configmap settings --from-literal=k=v',
      'kubectl apply -f pods.yaml',
      'kubectl wait --for=condition=Ready pod/two --timeout=30s',
      'kubectl wait --for=jsonpath={.status.phase}=Running pod/two --timeout=30s',
      eventually('kubectl get pods'),
      eventually('kubectl describe pod two'),
      differing('kubectl describe pod unschedulable', withoutPreemption),
      eventually('kubectl describe pod missing-config'),
      'kubectl get pod two -o yaml',
      differing('kubectl get pod unschedulable -o yaml', withoutPreemption),
      'kubectl get pods -o wide --sort-by=.metadata.name',
      'kubectl get pods --field-selector=status.phase=Pending -o name',
      'kubectl get pods --field-selector=spec.nodeName= -o name',
      'kubectl get pods --field-selector=spec.nothing=1',
      differing(
        'kubectl get events --field-selector=involvedObject.name=unschedulable,type=Warning -o custom-columns=R:.reason,M:.message',
        withoutPreemption,
      ),
      eventually(
        'kubectl events --for pod/unschedulable --types=Warning --no-headers | grep -o "FailedScheduling.*Insufficient cpu" | sort -u',
      ),
      'kubectl get pods --watch --request-timeout=1s | sort',
      eventually(
        'kubectl get events.events.k8s.io --field-selector=reason=FailedScheduling,regarding.name=unschedulable -o jsonpath={.items[0].regarding.kind}',
      ),
      'kubectl wait --for=condition=Ready pod/unschedulable --timeout=1s',
      'kubectl wait --for=delete pod/two --timeout=1s',
      'kubectl wait --for=condition=Ready pod/nothing --timeout=1s',
      'kubectl wait --for=delete pod/nothing --timeout=1s',
      'kubectl wait --for=create pod/nothing --timeout=1s',
      'kubectl patch pod two -p \'{"spec":{"containers":[{"name":"a","image":"nginx:1.28"}]}}\'',
      differing('kubectl patch pod two -p \'{"spec":{"containers":[{"name":"a","command":["x"]}]}}\'', internalStructs),
      differing('kubectl patch pod two -p \'{"spec":{"nodeName":"other"}}\'', internalStructs),
      'kubectl delete pod two --grace-period=1 --wait=false',
      'kubectl delete pod unschedulable missing-config --force',
      'kubectl wait --for=delete pod --all --timeout=30s',
      'kubectl get pods',
    ],
  },
  {
    name: 'discovery and explanations',
    steps: [
      'kubectl api-versions',
      'kubectl api-resources --sort-by=name',
      'kubectl api-resources -o wide --sort-by=kind',
      'kubectl api-resources --namespaced=false --verbs=list,watch -o name',
      'kubectl api-resources --api-group=apps --no-headers',
      'kubectl explain pods',
      'kubectl explain pod.spec.containers.livenessProbe',
      'kubectl explain deployments --recursive',
      'kubectl explain deployment.spec.nothing',
      'kubectl explain nosuchkind',
      'kubectl explain events --api-version=events.k8s.io/v1',
      differing(
        'kubectl explain ingress.spec.rules.http.paths.pathType',
        'the published OpenAPI documents have no comments of enum values',
      ),
      'kubectl explain hpa.spec --output=plaintext-openapiv2',
      'kubectl explain configmaps --recursive',
      'kubectl explain cronjob.spec.jobTemplate --recursive',
      'kubectl explain networkpolicy.spec.ingress',
      'kubectl explain crd.spec.versions.schema.openAPIV3Schema',
      'kubectl explain rolebinding.subjects',
      'kubectl explain job.status',
      'kubectl version',
      'kubectl version -o yaml | sed -n "/serverVersion/,\\$p" | grep -E "serverVersion|major|minor|platform|emulation"',
      'kubectl cluster-info',
      'kubectl auth whoami | grep -v Username',
      'kubectl auth can-i create pods',
      'kubectl auth can-i "*" "*" --all-namespaces',
      'kubectl auth can-i get /healthz',
      'kubectl auth can-i get nosuchthings',
      'kubectl auth can-i --list | head -3',
      'kubectl get --raw /healthz; kubectl get --raw /readyz; kubectl get --raw /livez?verbose | tail -1; kubectl get --raw /version | grep -c gitVersion',
      'kubectl get componentstatuses | head -1',
      'kubectl get namespaces default kube-system kube-public kube-node-lease',
      'kubectl describe namespace kube-public',
      'kubectl get priorityclasses',
      'kubectl describe priorityclass system-node-critical',
      'kubectl get apiservices v1. v1.apps -o name',
      'kubectl get crds',
      'kubectl get svc kubernetes -n default',
      'kubectl describe svc kubernetes -n default | sed "/Endpoints/d;/TargetPort/d"',
      'kubectl get all -n kube-system',
    ],
  },
];
