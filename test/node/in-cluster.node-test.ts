/** What a tenant's pods find of their cluster: clients that know nothing but what stands in a pod, names, files. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, type Kubectl } from '../e2e/sublet-up.ts';
import {
  agnhost,
  applyObjects,
  busybox,
  nodeClusterUnavailable,
  useNodeCluster,
  webServer,
  type NodeHost,
} from './node-cluster.ts';
import { startNodeTenant, type NodeTenant } from './node-tenant.ts';

const unavailable = nodeClusterUnavailable();
const namespace = 'inside';
const account = '/var/run/secrets/kubernetes.io/serviceaccount';

if (unavailable !== undefined) {
  test('pods in their cluster', { skip: unavailable }, () => undefined);
} else {
  let host: NodeHost;
  let tenant: NodeTenant;
  let kubectl: Kubectl;

  before(async () => {
    host = await useNodeCluster();
    tenant = await startNodeTenant(host, { name: 'inside' });
    kubectl = (...args) => tenant.kubectl('--namespace', namespace, ...args);
    await tenant.kubectl('create', 'namespace', namespace);
    await eventually(() => kubectl('get', 'serviceaccount', 'default'));
    await kubectl('create', 'service', 'clusterip', 'my-db', '--tcp=5432');
  });

  after(async () => {
    await tenant?.stop();
    await host.stop();
  });

  /** What a pod says that ends well. */
  const saidBy = async (name: string): Promise<string> => {
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${name}`, '--timeout=120s');
    return logsOf(name);
  };
  // The host's view of the copy: what can be read of a tenant's pod doesn't hang on the way into it.
  const logsOf = (name: string): Promise<string> =>
    host.kubectl('--namespace', tenant.hostNamespace, 'logs', `${name}-x-${namespace}-x-${tenant.name}`);
  const apply = (...items: readonly object[]): Promise<void> => applyObjects(tenant.kubectl, host.folder, items);

  test('a client made of what stands in its pod asks the tenant’s API', async () => {
    await apply(pod('client', { image: agnhost, args: ['inclusterclient', '--poll-interval=1'] }));
    await eventually(async () => {
      const said = await logsOf('client');
      assert.ok(said.split('\n').filter((line) => line.includes('calling /healthz')).length > 2, said);
      assert.doesNotMatch(said, /status=failed|authz_header=<empty>/);
    }, 120_000);
  });

  test('by address and by name it is asked as the pod’s account, and its certificate is good', async () => {
    const urls = ['$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT', 'kubernetes.default', 'kubernetes.default.svc'];
    const asked = [...urls, 'kubernetes.default.svc.cluster.local'].map(
      (url) =>
        `curl -sS -m 10 --cacert ${account}/ca.crt -H "Authorization: Bearer $(cat ${account}/token)" ` +
        `-H 'Content-Type: application/json' -d '${JSON.stringify(whoAmI)}' ` +
        `https://${url}/apis/authentication.k8s.io/v1/selfsubjectreviews`,
    );
    // The certificate is made anew when the host has given the address.
    const script = ['set -e', 'sleep 2', ...asked.map((one) => `${one} | tr -d '\\n'; echo`)].join('\n');
    await apply(pod('asker', { image: webServer, command: ['bash', '-c', script] }));
    const lines = (await saidBy('asker')).trim().split('\n');
    assert.equal(lines.length, 4);
    for (const line of lines) assert.match(line, /"username":\s*"system:serviceaccount:inside:default"/);
  });

  test('the account’s files are as in any cluster', async () => {
    const script = `cd ${account}; cat namespace; echo; ls; ls -l; ls -ld ..data; head -1 ca.crt; stat -L -c '%a %n' *`;
    await apply(pod('files', { image: busybox, command: ['sh', '-c', script] }));
    const said = await saidBy('files');
    assert.match(said, /^inside\nca\.crt\nnamespace\ntoken\n/);
    for (const name of ['ca.crt', 'namespace', 'token']) {
      assert.match(said, new RegExp(`${name} -> \\.\\.data/${name}$`, 'm'));
      assert.match(said, new RegExp(`^644 ${name}$`, 'm'));
    }
    assert.match(said, /\.\.data -> \.\.\d{4}_/);
    assert.match(said, /-----BEGIN CERTIFICATE-----/);
  });

  test('it calls itself as in its tenant, and is told of the tenant’s services', async () => {
    const script = 'hostname; cat /etc/hosts; echo "url $URL"; env | grep -E "^(MY_DB|KUBERNETES)_" | sort';
    const env = [{ name: 'URL', value: 'https://$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT_HTTPS)' }];
    await apply(pod('speaker', { image: busybox, command: ['sh', '-c', script], env }, { subdomain: 'db' }));
    const said = await saidBy('speaker');
    const api = await tenant.kubectl('get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}');
    const db = await kubectl('get', 'service', 'my-db', '-o', 'jsonpath={.spec.clusterIP}');
    assert.match(said, /^speaker\n/);
    assert.match(said, /^10\.202\.\d+\.\d+\tspeaker$/m);
    assert.match(said, new RegExp(`^${api}\tkubernetes\\.default\t`, 'm'));
    assert.match(said, new RegExp(`^url https://${api}:443$`, 'm'));
    assert.match(said, new RegExp(`^MY_DB_PORT_5432_TCP=tcp://${db}:5432$`, 'm'));
    assert.doesNotMatch(said, new RegExp(`${tenant.hostNamespace}|-x-`), 'nothing of the host shows');
  });

  test('variables and files are to the letter what a kubelet makes for a pod of its own cluster', async () => {
    const items = [{ path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }];
    const script = 'env; echo; grep ^weird= /self/annotations';
    const container = {
      image: busybox,
      command: ['sh', '-c', script],
      volumeMounts: [{ name: 'self', mountPath: '/self' }],
      env: [{ name: 'OWN', value: '$(WEB_UI_PORT) $(NOT_THERE)' }],
    };
    const mirrored = pod('same', container, { volumes: [{ name: 'self', downwardAPI: { items } }] });
    const annotations = { weird: 'a "quoted" \\ tab\t\nline é 😀 \u0001\u00ad\u2028' };
    const objects = [...linkedServices, { ...mirrored, metadata: { ...mirrored.metadata, annotations } }];
    await host.kubectl('create', 'namespace', namespace);
    try {
      await eventually(() => host.kubectl('get', 'serviceaccount', 'default', '--namespace', namespace));
      await Promise.all(
        [host.kubectl, tenant.kubectl].map((side) => applyObjects(side, host.folder, objects.slice(0, -1))),
      );
      await kubectl('delete', 'service', 'my-db');
      await Promise.all(
        [host.kubectl, tenant.kubectl].map((side) => applyObjects(side, host.folder, objects.slice(-1))),
      );
      const done = ['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/same', '--timeout=120s'] as const;
      await host.kubectl('--namespace', namespace, ...done);
      const ofHost = await host.kubectl('--namespace', namespace, 'logs', 'same');
      const ofTenant = await saidBy('same');
      assert.deepEqual(await comparable(ofTenant, tenant.kubectl), await comparable(ofHost, host.kubectl));
      assert.match(ofTenant, /^WEB_UI_PORT_8080_TCP_PROTO=tcp$/m);
      assert.match(ofTenant, /^weird="a /m);
    } finally {
      await host.kubectl('delete', 'namespace', namespace, '--wait=false');
    }
  });

  test('a host name with its domain, for who asks for that', async () => {
    const fields = { subdomain: 'db', hostname: 'first', setHostnameAsFQDN: true };
    await apply(pod('whole', { image: busybox, command: ['sh', '-c', 'hostname; hostname -f'] }, fields));
    const whole = 'first.db.inside.svc.cluster.local';
    assert.equal(await saidBy('whole'), `${whole}\n${whole}\n`);
  });

  test('a pod asks the DNS of its tenant, with its own wishes: the API, and pods of a StatefulSet by their names', async () => {
    const named = await startNodeTenant(host, {
      name: 'named',
      args: ['--dns', `${host.hostAddress}:53`, '--cluster-domain', 'named.test'],
    });
    try {
      await named.kubectl('create', 'namespace', namespace);
      await eventually(() => named.kubectl('get', 'serviceaccount', 'default', '--namespace', namespace));
      const dnsConfig = { searches: ['example.com'], options: [{ name: 'ndots', value: '2' }] };
      const asker = { image: webServer, command: ['bash', '-c', 'cat /etc/resolv.conf; sleep 1000'] };
      await applyObjects(named.kubectl, host.folder, [...statefulSet, pod('asker', asker, { dnsConfig })]);
      await named.kubectl('rollout', 'status', 'statefulset/db', '--namespace', namespace, '--timeout=120s');
      const copy = ['--namespace', named.hostNamespace, `asker-x-${namespace}-x-named`];
      const inHost = (command: string, ...more: readonly string[]): Promise<string> =>
        host.kubectl(command, ...copy, ...more);
      const said = await eventually(() => inHost('logs'));
      const searches = `${namespace}.svc.named.test svc.named.test named.test example.com`;
      assert.equal(said, `search ${searches}\nnameserver ${host.hostAddress}\noptions ndots:2\n`);
      const addressOf = (name: string): Promise<string> => inHost('exec', '--', 'nslookup', name, host.hostAddress);
      const api = await named.kubectl('get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}');
      const names = ['kubernetes.default.svc.named.test', 'db-0.db.inside.svc.named.test'];
      const ips = [
        api,
        await named.kubectl('get', 'pod', 'db-0', '--namespace', namespace, '-o', 'jsonpath={.status.podIP}'),
      ];
      for (const [index, name] of names.entries())
        assert.match(
          await eventually(() => addressOf(name)),
          new RegExp(`Name:\\s+${name}\\s+Address:? *\\d*:? ${ips[index]}\\b`),
        );
      const fetched = await eventually(() => inHost('exec', '--', 'curl', '-sS', '-m5', 'http://db-0.db/hostname'));
      assert.equal(fetched, 'db-0');
    } finally {
      await named.stop();
    }
  });

  test('labels and annotations in files are the tenant’s own, and change with them', async () => {
    const items = ['labels', 'annotations'].map((path) => ({ path, fieldRef: { fieldPath: `metadata.${path}` } }));
    const script = 'while true; do echo "=="; cat /self/labels; echo; cat /self/annotations; echo; sleep 1; done';
    const container = {
      image: busybox,
      command: ['sh', '-c', script],
      volumeMounts: [{ name: 'self', mountPath: '/self' }],
    };
    await apply(pod('reader', container, { volumes: [{ name: 'self', downwardAPI: { items } }] }));
    const latest = async (): Promise<string> => (await logsOf('reader')).split('==\n').at(-2) ?? '';
    await eventually(async () => assert.match(await latest(), /^name="reader"\n/), 120_000);
    assert.doesNotMatch(await latest(), /sublet\.dev/);
    await kubectl('label', 'pod', 'reader', 'tier=front');
    await kubectl('annotate', 'pod', 'reader', 'note=two "words"');
    // Kubelets look once in a minute.
    await eventually(async () => {
      const said = await latest();
      assert.match(said, /^tier="front"$/m);
      assert.match(said, /^note="two \\"words\\""$/m);
    }, 180_000);
  });
}

const linkedServices = [
  service('web-ui', {
    ports: [
      { name: 'http', port: 8080 },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ],
  }),
  service('plain', { ports: [{ port: 9000 }] }),
  service('headless', { clusterIP: 'None', ports: [{ port: 80 }] }),
  service('elsewhere', { type: 'ExternalName', externalName: 'example.com' }),
];

function service(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

/** What was said, line by line, with the services' names for their addresses. */
async function comparable(said: string, kubectl: Kubectl): Promise<readonly string[]> {
  const path = 'jsonpath={range .items[*]}{.spec.clusterIP} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}';
  const listed = await kubectl('get', 'services', '--all-namespaces', '-o', path);
  let text = said;
  const known = [...listed.matchAll(/^(\d+\.\d+\.\d+\.\d+) (.*)$/gm)].toSorted(
    ([, a = ''], [, b = '']) => b.length - a.length,
  );
  for (const [, address = '', name = ''] of known) text = text.replaceAll(address, name);
  return text.split('\n').toSorted();
}

const statefulSet = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'db', namespace },
    spec: { clusterIP: 'None', selector: { app: 'db' }, ports: [{ port: 80 }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace },
    spec: {
      serviceName: 'db',
      replicas: 1,
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'db', image: webServer }] },
      },
    },
  },
];

const whoAmI = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

function pod(name: string, container: object, fields: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { name } },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', ...container }],
      ...fields,
    },
  };
}
