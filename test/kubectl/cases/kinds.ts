/** The rarer kinds: columns, descriptions and defaults. And nodes, as far as a tenant may see some. */
import { differing, eventually, type Case } from '../case.ts';

const workloads = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 0
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: redis, volumeMounts: [{name: data, mountPath: /data}]}]}
  volumeClaimTemplates:
  - {metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {nodeSelector: {none: here}, containers: [{name: agent, image: agent}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  suspend: true
  completions: 3
  parallelism: 2
  ttlSecondsAfterFinished: 100
  template: {spec: {restartPolicy: Never, containers: [{name: once, image: busybox, command: [date]}]}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec:
  schedule: "0 3 1 1 *"
  timeZone: Europe/Berlin
  suspend: true
  jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: tick, image: busybox}]}}}}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old}
spec:
  replicas: 0
  selector: {app: old}
  template: {metadata: {labels: {app: old}}, spec: {containers: [{name: old, image: nginx}]}}
---
apiVersion: apps/v1
kind: ControllerRevision
metadata: {name: rev, labels: {app: x}}
revision: 3
data: {a: 1}
---
apiVersion: v1
kind: PodTemplate
metadata: {name: tpl}
template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: scaler}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: nothing}
  minReplicas: 2
  maxReplicas: 4
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}
  - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}}
  behavior: {scaleDown: {stabilizationWindowSeconds: 60}}
`;

const policies = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: np}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {a: b}}}, {namespaceSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
    ports: [{port: 80}, {port: 1000, endPort: 2000, protocol: UDP}]
  egress: [{}]
---
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec:
  limits:
  - {type: Container, default: {cpu: 100m}, defaultRequest: {cpu: 50m}, max: {memory: 1Gi}, min: {memory: 1Mi}}
  - {type: PersistentVolumeClaim, max: {storage: 10Gi}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota}
spec: {hard: {pods: "3", limits.cpu: "2", requests.memory: 1Gi, count/deployments.apps: "5"}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [x]}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: pdb}
spec: {maxUnavailable: 1, selector: {matchExpressions: [{key: app, operator: In, values: [a, b]}]}}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: lease}
spec: {holderIdentity: me, leaseDurationSeconds: 15, acquireTime: "2026-01-01T00:00:00.000000Z"}
---
apiVersion: v1
kind: Endpoints
metadata: {name: ep}
subsets: [{addresses: [{ip: 192.0.2.9}], notReadyAddresses: [{ip: 192.0.2.8}], ports: [{name: a, port: 80}, {name: b, port: 81}]}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: es, labels: {kubernetes.io/service-name: none}}
addressType: IPv4
ports: [{name: a, port: 80}, {name: b, port: 53, protocol: UDP}]
endpoints: [{addresses: [192.0.2.9], conditions: {ready: true}, nodeName: n, zone: z}, {addresses: [192.0.2.8], conditions: {ready: false}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ing}
spec:
  ingressClassName: none
  tls: [{hosts: [a.example, b.example], secretName: s}]
  rules:
  - {host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}
  - {host: b.example, http: {paths: [{pathType: ImplementationSpecific, backend: {service: {name: web, port: {name: http}}}}]}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pvc}
spec: {accessModes: [ReadWriteOnce, ReadOnlyMany], storageClassName: none, resources: {requests: {storage: 1Gi}}}
`;

const clusterWide = (namespace: string): string => `apiVersion: v1
kind: PersistentVolume
metadata: {name: ${namespace}-pv}
spec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteMany], persistentVolumeReclaimPolicy: Retain, storageClassName: fast, nfs: {server: s, path: /p}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: ${namespace}-sc, annotations: {storageclass.kubernetes.io/is-default-class: "false"}}
provisioner: example.com/p
parameters: {a: b}
reclaimPolicy: Retain
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: true
mountOptions: [ro]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: ${namespace}-ic}
spec: {controller: example.com/c, parameters: {kind: P, name: p, apiGroup: example.com}}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: ${namespace}-rc}
handler: runc
---
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: ${namespace}.example.com}
spec: {podInfoOnMount: true, tokenRequests: [{audience: a}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: ${namespace}-vwc}
webhooks:
- name: a.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Ignore
  clientConfig: {url: "https://192.0.2.1/x"}
  namespaceSelector: {matchLabels: {never: matches}}
  rules: [{apiGroups: [example.com], apiVersions: [v1], operations: [CREATE], resources: [none]}]
---
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: {name: ${namespace}-fs}
spec: {priorityLevelConfiguration: {name: catch-all}, matchingPrecedence: 900, rules: [{subjects: [{kind: User, user: {name: x}}], nonResourceRules: [{verbs: [get], nonResourceURLs: [/x]}]}]}
`;

/** All there is to see of an object that no controller minds. */
const whole = (what: string): string =>
  `kubectl get ${what}; kubectl get ${what} -o wide; kubectl get ${what} -o yaml; kubectl describe ${what} | sed '/^Events/,$d'`;

/** What its user wrote, and its defaults: a tenant has no controllers of these kinds yet. */
const written = (what: string): string =>
  `kubectl get ${what} -o yaml | sed '/^status:/,$d; /finalizers:/,+1d'; kubectl get ${what} | head -1`;

export const kinds: readonly Case[] = [
  {
    name: 'workloads of the rarer kinds',
    files: { 'workloads.yaml': workloads },
    steps: [
      'kubectl apply -f workloads.yaml',
      ...['rc old', 'podtemplate tpl', 'controllerrevision rev', 'cronjob tick'].map(whole),
      ...['statefulset db', 'daemonset agent', 'job once', 'hpa scaler'].map(written),
      'kubectl scale statefulset db --replicas=0',
      'kubectl scale rc old --replicas=0',
      'kubectl create job manual --from=cronjob/tick --dry-run=server -o name',
      'kubectl set image statefulset/db db=redis:7',
      'kubectl set image cronjob/tick tick=busybox:2',
      'kubectl rollout history daemonset/agent 2>&1 | head -1',
      'kubectl patch job once -p \'{"spec":{"completions":5}}\'',
      'kubectl patch statefulset db -p \'{"spec":{"serviceName":"other"}}\'',
      'kubectl delete -f workloads.yaml',
    ],
  },
  {
    name: 'policies and addresses',
    files: { 'policies.yaml': policies },
    steps: [
      'kubectl apply -f policies.yaml',
      ...['netpol np', 'lease lease', 'endpoints ep', 'endpointslice es', 'ingress ing'].map(whole),
      ...['limits limits', 'quota quota', 'pdb pdb', 'pvc pvc'].map(written),
      'kubectl get all,cm,secret,sa,netpol -o name',
      'kubectl delete -f policies.yaml',
    ],
  },
  {
    name: 'cluster-wide kinds',
    steps: [
      `cat > cluster.yaml <<E\n${clusterWide('$NS')}E\nkubectl apply -f cluster.yaml`,
      ...[
        'sc $NS-sc',
        'ingressclass $NS-ic',
        'runtimeclass $NS-rc',
        'csidriver $NS.example.com',
        'validatingwebhookconfiguration $NS-vwc',
      ].map(whole),
      ...['pv $NS-pv', 'flowschema $NS-fs'].map(written),
      differing('kubectl patch pv $NS-pv -p \'{"spec":{"nfs":{"path":"/other"}}}\'', 'volumes are not validated yet'),
      'kubectl patch sc $NS-sc --type=merge -p \'{"provisioner":"other.example.com/p"}\'',
      'kubectl delete -f cluster.yaml',
    ],
  },
  {
    name: 'raw requests and other ways in',
    files: {
      'cm.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"},"data":{"a":"b"}}',
    },
    steps: [
      'kubectl create --raw /api/v1/namespaces/$NS/configmaps -f cm.json | grep -o \'"name":"raw"\'',
      'kubectl replace --raw /api/v1/namespaces/$NS/configmaps/raw -f cm.json | grep -o \'"name":"raw"\'',
      'kubectl delete --raw /api/v1/namespaces/$NS/configmaps/raw',
      'kubectl create --raw /api/v1/namespaces/$NS/nothings -f cm.json',
      'kubectl proxy --port=0 --unix-socket=$PWD/s & P=$!; sleep 1; curl -s --unix-socket s http://x/api/v1/namespaces/$NS/configmaps/none | head -20; curl -s -o /dev/null -w "%{http_code}" --unix-socket s http://x/api/v1/namespaces/$NS/pods; kill $P',
      'kubectl create cm watched --from-literal=a=1; (sleep 1; kubectl patch cm watched -p \'{"data":{"a":"2"}}\'; kubectl delete cm watched) > /dev/null & kubectl get cm watched --watch --output-watch-events -o custom-columns=E:.type,N:.object.metadata.name,D:.object.data.a --request-timeout=3s; wait',
      "kubectl run seen --image=nginx; kubectl wait --for=condition=Ready pod/seen --timeout=30s; (sleep 1; kubectl delete pod seen --grace-period=1) > /dev/null & kubectl get pod seen --watch-only --output-watch-events --request-timeout=6s | awk '{print $1, $2, $4}' | uniq | tail -1; wait",
      'kubectl get ns $NS -o jsonpath={.status.phase}',
      'kubectl delete ns $NS --wait=false',
      eventually('kubectl get ns $NS'),
    ],
  },
];
