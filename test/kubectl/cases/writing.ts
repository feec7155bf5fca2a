/** apply, patch, label, edit, replace, delete: whatever changes what is there. */
import { differing, eventually, unordered, type Case } from '../case.ts';

const web = (replicas: number, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: ${image}
        ports: [{containerPort: 80}]
        env: [{name: A, value: "1"}, {name: B, value: "2"}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, name: http}, {port: 443, name: https, targetPort: 8443}]
`;

const crlf =
  'apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: crlf\r\ndata:\r\n  a: "x"\r\n  text: |\r\n    line 1\r\n    line 2\r\n';

export const writing: readonly Case[] = [
  {
    name: 'apply',
    files: {
      'web.yaml': web(0, 'nginx'),
      'web2.yaml': web(0, 'nginx:1.27')
        .replace('{name: B, value: "2"}', '{name: C, value: "3"}')
        .replace(', {port: 443, name: https, targetPort: 8443}', ''),
    },
    steps: [
      'kubectl apply -f web.yaml --dry-run=server',
      'kubectl apply -f web.yaml --dry-run=server -o name',
      'kubectl diff -f web.yaml | grep -cE "^[+]"',
      'kubectl apply -f web.yaml',
      'kubectl apply -f web.yaml',
      eventually('kubectl diff -f web.yaml'),
      'kubectl diff -f web2.yaml | grep -E "^[-+] "',
      'kubectl apply -f web2.yaml',
      'kubectl get deployment web -o jsonpath={.spec.template.spec.containers}',
      'kubectl get service web -o jsonpath={.spec.ports}',
      'kubectl apply view-last-applied deployment web',
      'kubectl apply edit-last-applied deployment web --help | head -1',
      'kubectl apply set-last-applied -f web.yaml',
      'kubectl create configmap made --from-literal=a=1',
      'kubectl create configmap made --from-literal=a=2 --dry-run=client -o yaml | kubectl apply -f -',
      'kubectl replace -f web.yaml',
      'kubectl replace --force -f web.yaml --grace-period=0',
      'kubectl create -f web.yaml',
      'kubectl create --save-config -f web.yaml --dry-run=server',
      'kubectl get -f web.yaml',
      'kubectl delete -f web.yaml',
      'kubectl delete -f web.yaml',
      'kubectl delete -f web.yaml --ignore-not-found',
      'kubectl replace -f web.yaml',
    ],
  },
  {
    name: 'apply, pruning',
    files: {
      'one.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, labels: {set: s}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, labels: {set: s}}\n',
      'less.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, labels: {set: s}}\n',
    },
    steps: [
      'kubectl apply -f one.yaml --prune -l set=s --prune-allowlist=core/v1/ConfigMap',
      'kubectl apply -f less.yaml --prune -l set=s --prune-allowlist=core/v1/ConfigMap',
      'kubectl get cm -l set=s -o name',
      'kubectl create secret generic set',
      'KUBECTL_APPLYSET=true kubectl apply -f one.yaml --prune --applyset=set --namespace $NS',
    ],
  },
  {
    name: 'apply -k',
    files: {
      'kustomization.yaml':
        'namePrefix: pre-\nlabels: [{pairs: {team: x}, includeSelectors: true}]\nresources: [web.yaml]\nconfigMapGenerator: [{name: gen, literals: [a=1], options: {disableNameSuffixHash: true}}]\nimages: [{name: nginx, newTag: "1.28"}]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: replace, path: /spec/replicas, value: 0}\n',
      'web.yaml': web(3, 'nginx'),
    },
    steps: [
      'kubectl kustomize . | grep -c name:',
      'kubectl apply -k .',
      'kubectl diff -k .',
      'kubectl get -k . -o name',
      'kubectl get deployment pre-web -o jsonpath="{.spec.template.spec.containers[0].image} {.spec.replicas} {.spec.selector}"',
      'kubectl delete -k .',
    ],
  },
  {
    name: 'labels, annotations, patches, edits',
    files: { 'patch.yaml': 'data: {from: file}\n' },
    steps: [
      'kubectl create configmap c --from-literal=a=1',
      'kubectl label cm c x=1 y=2',
      'kubectl label cm c x=2',
      'kubectl label cm c x=2 --overwrite',
      'kubectl label cm c x-',
      'kubectl label cm c x-',
      'kubectl label cm c "bad key=1"',
      'kubectl label cm c bad=a/b',
      'kubectl label cm c z=1 --resource-version=1 2>&1 | sed "s/was [0-9]*//"',
      'kubectl label cm --all all=1',
      unordered('kubectl label cm c --list'),
      'kubectl annotate cm c note="hello world"',
      'kubectl annotate cm c note-',
      'kubectl annotate cm c a/b/c=1',
      'kubectl annotate cm c n=1 --dry-run=server -o jsonpath={.metadata.annotations}',
      'kubectl patch cm c --type=merge -p \'{"data":{"b":"2"}}\'',
      'kubectl patch cm c --type=json -p \'[{"op":"add","path":"/data/c","value":"3"}]\'',
      'kubectl patch cm c --type=json -p \'[{"op":"remove","path":"/data/nothing"}]\'',
      'kubectl patch cm c --type=json -p \'[{"op":"test","path":"/data/a","value":"9"}]\'',
      'kubectl patch cm c -p \'{"data":{"a":null}}\'',
      'kubectl patch cm c -p \'{"data":{"a":null}}\'',
      'kubectl patch cm c -p "{"',
      differing(
        'kubectl patch cm c -p \'{"data":{"a":1}}\'',
        'strategic patches are decoded by another decoder upstream',
      ),
      'kubectl patch cm c -p \'{"datta":{"a":"1"}}\'',
      'kubectl patch cm c --patch-file=patch.yaml',
      'kubectl patch cm c --dry-run=server -p \'{"data":{"dry":"1"}}\' -o yaml',
      'kubectl patch cm nothing -p "{}"',
      'kubectl patch cm c --type=merge -p \'{"metadata":{"name":"other"}}\'',
      'kubectl patch cm c --type=merge -p \'{"metadata":{"uid":"other"}}\'',
      'KUBE_EDITOR="sed -i s/file/edited/" kubectl edit cm c',
      'KUBE_EDITOR=true kubectl edit cm c',
      'KUBE_EDITOR="sed -i s/^kind:.*/kind:\\ Nothing/" kubectl edit cm c 2>&1 | grep -v /tmp',
      'KUBE_EDITOR="sed -i s/y:.*2.*/y:\\ a\\/b/" kubectl edit cm c 2>&1 | sed "s#/tmp/[^ ]*#file#"',
      'KUBE_EDITOR="sed -i s/edited/again/" kubectl edit cm c -o json',
      'kubectl get cm c -o yaml',
      'kubectl set data cm c',
      'kubectl apply view-last-applied cm c',
    ],
  },
  {
    name: 'awkward contents',
    files: {
      'crlf.yaml': crlf,
      'big.txt': 'x'.repeat(800 * 1024),
      'huge.txt': 'x'.repeat(1100 * 1024),
      blob: Uint8Array.from({ length: 4096 }, (_, index) => (index * 37) % 256),
      'list.yaml':
        'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l1}}\n- {apiVersion: v1, kind: Secret, metadata: {name: l2}}\n',
      'cmlist.json':
        '{"apiVersion":"v1","kind":"ConfigMapList","items":[{"metadata":{"name":"l3"}},{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"l4"}}]}',
      'multi.yaml':
        '---\n# nothing\n---\n\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m1}\n...\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m2}\n---\n',
      'yaml11.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\ndata: {on: "off", octal: "0777", multi: >-\n  folded\n  text, anchor: &a "x", alias: *a}\n',
      'unicode.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: uni\n  annotations: {emoji: "😀 \\u00e9 \\u2028 <&>"}\ndata:\n  grüße: x\n',
      'unicode2.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: uni\n  annotations: {emoji: "😀 \\u00e9 \\u2028 <&>"}\ndata:\n  x: "日本語 \\t tab \\u0007 bell"\n  trailing: "a  \\n b \\n"\n  long: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccccccccccccc ddddddddd"\n  number: "1e3"\n  bool: "yes"\n  null: "~"\n  date: "2001-01-01"\n',
    },
    steps: [
      'kubectl apply -f crlf.yaml',
      'kubectl get cm crlf -o yaml',
      'kubectl create configmap big --from-file=big.txt',
      'kubectl get cm big -o jsonpath={.data.big\\\\.txt} | wc -c',
      'kubectl get cm',
      'kubectl create configmap huge --from-file=huge.txt',
      'kubectl create secret generic huge --from-file=huge.txt',
      'kubectl apply -f - <<E\n{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"annot"},"data":{"a":"$(head -c 300000 big.txt)"}}\nE',
      'kubectl create configmap blob --from-file=blob',
      'kubectl get cm blob -o jsonpath={.binaryData.blob} | base64 -d | cmp - blob',
      'kubectl describe cm blob',
      'kubectl apply -f list.yaml',
      'kubectl apply -f cmlist.json',
      'kubectl apply -f multi.yaml',
      'kubectl apply -f yaml11.yaml',
      'kubectl get cm y -o jsonpath={.data}',
      'kubectl apply -f unicode.yaml',
      'kubectl apply -f unicode2.yaml',
      'kubectl get cm uni -o yaml',
      'kubectl get cm uni -o json',
      'kubectl describe cm uni',
      'kubectl create -f list.yaml -f multi.yaml',
      'kubectl delete -f list.yaml -f cmlist.json -f multi.yaml',
      'kubectl create -f - -o yaml <<E\napiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: gen-}\nE\n'.replace(
        ' -o yaml',
        ' -o jsonpath={.metadata.generateName}',
      ),
      'kubectl apply -f - <<E\napiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: gen-}\nE\n',
    ],
  },
  {
    name: 'wrong manifests',
    files: {
      'kind.yaml': 'apiVersion: v1\nkind: Nothing\nmetadata: {name: a}\n',
      'group.yaml': 'apiVersion: nothing.example/v1\nkind: Thing\nmetadata: {name: a}\n',
      'old.yaml': 'apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: a}\n',
      'nokind.yaml': 'metadata: {name: a}\n',
      'noname.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n',
      'badname.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: A_b}\n',
      'typo.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  container: []\n  containers: [{name: a, image: b, imagePullpolicy: Always}]\n',
      'types.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: "3"\n  selector: {matchLabels: {a: 1}}\n  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}\n',
      'selector.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: x}}\n  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a}]}}\n',
      'empty-deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n',
      'empty-pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n',
      'pod.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  restartPolicy: Sometimes\n  containers:\n  - {name: X, image: "", ports: [{containerPort: 99999}], resources: {requests: {cpu: 2}, limits: {cpu: 1}}}\n  - {name: X, image: y, volumeMounts: [{name: none, mountPath: /x}], imagePullPolicy: Perhaps}\n',
      'service.yaml':
        'apiVersion: v1\nkind: Service\nmetadata: {name: 1a}\nspec: {ports: [{port: 0}, {port: 80, name: UP}], type: Odd}\n',
      'ingress.yaml':
        'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {rules: [{host: "a b", http: {paths: [{path: x, pathType: Some, backend: {}}]}}]}\n',
      'duplicate.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dup}\ndata: {a: "1", a: "2"}\n',
      'broken.yaml': 'apiVersion: v1\nkind: ConfigMap\n  metadata: {name: a\n',
      'tabs.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n',
      'broken.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}',
      'quota.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, resources: {requests: {memory: 1GB, cpu: lots}}}]}\n',
      'string.yaml': 'just a string\n',
      'ns.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: elsewhere}\n',
      'data.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: data}\ndata: {a: 1, b: true, c: [x], d: {e: f}}\n',
      'secret.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: "not base64!"}\n',
    },
    steps: [
      ...[
        'kind',
        'group',
        'old',
        'nokind',
        'noname',
        'badname',
        'typo',
        'types',
        'selector',
        'empty-deployment',
        'empty-pod',
        'pod',
        'service',
        'ingress',
        'duplicate',
        'broken',
        'tabs',
        'quota',
        'string',
        'ns',
        'data',
        'secret',
      ].map((name) => `kubectl apply -f ${name}.yaml`),
      'kubectl apply -f broken.json',
      'kubectl apply -f nothing.yaml',
      'kubectl create -f typo.yaml --validate=ignore --dry-run=server',
      'kubectl create -f typo.yaml --validate=warn --dry-run=server',
      'kubectl create -f typo.yaml --validate=strict --dry-run=server',
      'kubectl create -f typo.yaml --validate=false --dry-run=server',
      'kubectl apply -f duplicate.yaml --validate=warn',
      'kubectl create -f pod.yaml',
      'kubectl create -f types.yaml',
      'kubectl create -f selector.yaml --dry-run=client',
      'kubectl replace -f badname.yaml',
      'kubectl create -n elsewhere configmap a',
      'kubectl get pods -n elsewhere',
      'kubectl delete pods --all -n elsewhere',
      'kubectl delete namespace elsewhere',
      'kubectl delete namespace default',
      'kubectl get pods --request-timeout=0.001s 2>&1 | head -1 | cut -c1-20',
    ],
  },
  {
    name: 'deletion and finalizers',
    steps: [
      'kubectl create configmap a; kubectl create configmap b; kubectl create configmap c; kubectl create configmap d',
      'kubectl label cm a b sel=1',
      'kubectl delete cm -l sel=1',
      'kubectl delete cm c --dry-run=server',
      'kubectl delete cm c --dry-run=client',
      'kubectl delete cm c -o name',
      'kubectl delete cm c',
      'kubectl delete cm c --now',
      'kubectl delete cm',
      'kubectl patch cm d --type=merge -p \'{"metadata":{"finalizers":["example.com/hold"]}}\'',
      'kubectl patch cm d --type=merge -p \'{"metadata":{"finalizers":["unqualified"]}}\'',
      'kubectl delete cm d --wait=false',
      'kubectl delete cm d --timeout=1s',
      'kubectl get cm d -o yaml',
      'kubectl describe cm d',
      'kubectl patch cm d --type=merge -p \'{"metadata":{"finalizers":["example.com/hold","example.com/more"]}}\'',
      'kubectl apply -f - <<E\n{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"x":"y"}}\nE',
      'kubectl patch cm d --type=json -p \'[{"op":"remove","path":"/metadata/finalizers"}]\'',
      'kubectl get cm d',
      'kubectl delete cm --all',
      'kubectl run held --image=nginx --overrides=\'{"metadata":{"finalizers":["example.com/hold"]}}\'',
      'kubectl wait --for=condition=Ready pod/held --timeout=30s',
      'kubectl delete pod held --wait=false --grace-period=0 --force',
      eventually('kubectl get pod held'),
      'kubectl patch pod held --type=merge -p \'{"metadata":{"finalizers":null}}\'',
      eventually('kubectl get pod held'),
      'kubectl run slow --image=nginx',
      'kubectl wait --for=condition=Ready pod/slow --timeout=30s',
      'kubectl delete pod slow --grace-period=2',
      'kubectl delete pod slow --cascade=nonsense',
      'kubectl delete all --all',
    ],
  },
  {
    name: 'what comes later fails in plain words',
    steps: [
      'kubectl run p --image=nginx',
      'kubectl wait --for=condition=Ready pod/p --timeout=30s',
      'kubectl logs nothing',
      'kubectl exec nothing -- date',
      'kubectl port-forward nothing 1234:80',
      'kubectl top pods',
      'kubectl attach nothing',
      'kubectl cp nothing:/x y',
      'kubectl debug nothing --image=busybox',
    ],
  },
];
