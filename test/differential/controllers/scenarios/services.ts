import type { JsonObject } from '../../../../src/api/json.ts';
import { deployment, object, pod, service, statefulSet } from '../objects.ts';
import { fieldOf, type Scenario, type Stage } from '../scenario.ts';

const web = { app: 'web' };
const ports = (...given: readonly JsonObject[]) => ({
  containers: [{ name: 'main', image: 'main:1', ports: [...given] }],
});

/** So many addresses in all slices of a service. */
const inSlices = (stage: Stage, count: number, name = 'web'): Promise<void> =>
  stage.until(`${count} endpoints in slices of ${name}`, () => {
    const slices = stage.list('EndpointSlice', { 'kubernetes.io/service-name': name });
    const lists = slices.map((slice) => slice['endpoints'] ?? []);
    return slices.length > 0 && lists.flat().length === count;
  });

const inEndpoints = (stage: Stage, field: 'addresses' | 'notReadyAddresses', count: number, name = 'web') =>
  stage.until(`${count} ${field} of ${name}`, () => {
    const subsets = (fieldOf(stage.find('Endpoints', name), 'subsets') ?? []) as Record<string, readonly unknown[]>[];
    const all = subsets.flatMap((subset) => subset[field] ?? []);
    return stage.find('Endpoints', name) !== undefined && all.length === count;
  });

const endpoints = (name: string, rest: JsonObject) => object('v1', 'Endpoints', name, rest);

export const services: readonly Scenario[] = [
  {
    name: 'service: of two pods',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80, targetPort: 8080 }] }));
      for (const name of ['a', 'b']) await stage.create(pod(name, web));
      await inSlices(stage, 2);
      await inEndpoints(stage, 'addresses', 2);
    },
  },
  {
    name: 'service: before it has any pod',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await inSlices(stage, 0);
      await inEndpoints(stage, 'addresses', 0);
    },
  },
  {
    name: 'service: ports by name, that pods have at different numbers or not at all',
    async run(stage) {
      const named = [
        { name: 'one', port: 80, targetPort: 'http' },
        { name: 'two', port: 81, targetPort: 9000 },
        { name: 'three', port: 53, protocol: 'UDP', targetPort: 'dns' },
      ];
      await stage.create(service('web', { selector: web, ports: named }));
      await stage.create(pod('a', web, {}, ports({ name: 'http', containerPort: 8080 })));
      await stage.create(
        pod(
          'b',
          web,
          {},
          ports({ name: 'http', containerPort: 8081 }, { name: 'dns', containerPort: 5353, protocol: 'UDP' }),
        ),
      );
      await stage.create(pod('c', web));
      await inEndpoints(stage, 'addresses', 5);
      await inSlices(stage, 3);
    },
  },
  {
    name: 'service: a pod that is not ready',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(pod('a', web));
      await stage.create(pod('b', web, { 'ready-delay': '1h' }));
      await inEndpoints(stage, 'addresses', 1);
      await inEndpoints(stage, 'notReadyAddresses', 1);
      await inSlices(stage, 2);
    },
  },
  {
    name: 'service: publishes pods that are not ready',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }], publishNotReadyAddresses: true }));
      await stage.create(pod('b', web, { 'ready-delay': '1h' }));
      await inEndpoints(stage, 'addresses', 1);
      await inSlices(stage, 1);
    },
  },
  {
    name: 'service: a pod that is being deleted still serves',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(pod('a', web, { 'stop-delay': '300s' }, { terminationGracePeriodSeconds: 300 }));
      await inSlices(stage, 1);
      await inEndpoints(stage, 'addresses', 1);
      await stage.remove('Pod', 'a');
      await inEndpoints(stage, 'addresses', 0);
    },
  },
  {
    name: 'service: pods that have ended are none of it',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(pod('a', web));
      await stage.create(pod('b', web, { 'run-for': '0s' }, { restartPolicy: 'Never' }));
      await stage.untilField('Pod', 'b', 'status.phase', 'Succeeded');
      await inSlices(stage, 1);
      await inEndpoints(stage, 'addresses', 1);
    },
  },
  {
    name: 'service: headless',
    async run(stage) {
      await stage.create(service('web', { clusterIP: 'None', selector: web, ports: [{ port: 80 }] }));
      await stage.create(pod('a', web));
      await inSlices(stage, 1);
      await inEndpoints(stage, 'addresses', 1);
    },
  },
  {
    name: 'service: headless, without ports',
    async run(stage) {
      await stage.create(service('web', { clusterIP: 'None', selector: web }));
      await stage.create(pod('a', web));
      await inSlices(stage, 1);
      await inEndpoints(stage, 'addresses', 1);
    },
  },
  {
    name: 'service: headless, of a stateful set with names',
    async run(stage) {
      await stage.create(service('set', { clusterIP: 'None', selector: { app: 'set' }, ports: [{ port: 80 }] }));
      await stage.create(statefulSet('set', { replicas: 2 }));
      await inSlices(stage, 2, 'set');
      await inEndpoints(stage, 'addresses', 2, 'set');
    },
  },
  {
    name: 'service: its selector changes',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(pod('a', web));
      await stage.create(pod('b', { app: 'api' }));
      await stage.create(pod('c', { app: 'api' }));
      await inSlices(stage, 1);
      await stage.patch('Service', 'web', { spec: { selector: { app: 'api' } } });
      await inSlices(stage, 2);
      await inEndpoints(stage, 'addresses', 2);
    },
  },
  {
    name: 'service: its ports change',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(pod('a', web));
      await inSlices(stage, 1);
      await stage.patch('Service', 'web', {
        spec: { ports: [{ name: 'x', port: 81, appProtocol: 'kubernetes.io/h2c' }] },
      });
      await stage.until('the slice has it', () =>
        JSON.stringify(stage.list('EndpointSlice')[0]?.['ports']).includes('81'),
      );
    },
  },
  {
    name: 'service: its labels are those of its endpoints',
    async run(stage) {
      await stage.create(
        object('v1', 'Service', 'web', {
          metadata: { labels: { tier: 'front' }, annotations: { note: 'x' } },
          spec: { selector: web, ports: [{ port: 80 }] },
        }),
      );
      await stage.create(pod('a', web));
      await inSlices(stage, 1);
      await stage.patch('Service', 'web', { metadata: { labels: { tier: 'back' } } });
      await stage.until('the slice has it', () => stage.list('EndpointSlice')[0]?.metadata.labels?.['tier'] === 'back');
    },
  },
  {
    name: 'service: is deleted',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(pod('a', web));
      await inSlices(stage, 1);
      await inEndpoints(stage, 'addresses', 1);
      await stage.remove('Service', 'web');
      await stage.untilGone('Endpoints', 'web');
      await stage.until('no slices', () => stage.list('EndpointSlice').length === 0);
    },
  },
  {
    name: 'service: of another name',
    async run(stage) {
      await stage.create(service('web', { type: 'ExternalName', externalName: 'example.com' }));
      await stage.pause(500);
    },
  },
  {
    name: 'service: becomes one of another name',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(pod('a', web));
      await inSlices(stage, 1);
      await stage.patch('Service', 'web', {
        spec: { type: 'ExternalName', externalName: 'example.com', clusterIP: null, clusterIPs: null },
      });
      await stage.pause(1000);
    },
  },
  {
    name: 'service: its pods are near',
    async run(stage) {
      await stage.create(
        service('web', { selector: web, ports: [{ port: 80 }], trafficDistribution: 'PreferSameZone' }),
      );
      for (const name of ['node-1', 'node-2'])
        await stage.create(pod(`on-${name.slice(5)}`, web, {}, { nodeName: name }));
      await inSlices(stage, 2);
    },
  },
  {
    name: 'service: its pods are on the same node',
    async run(stage) {
      await stage.create(
        service('web', { selector: web, ports: [{ port: 80 }], trafficDistribution: 'PreferSameNode' }),
      );
      for (const name of ['node-1', 'node-2'])
        await stage.create(pod(`on-${name.slice(5)}`, web, {}, { nodeName: name }));
      await inSlices(stage, 2);
    },
  },
  {
    name: 'service: without a selector, with endpoints of its own',
    async run(stage) {
      await stage.create(service('web', { ports: [{ port: 80 }] }));
      await stage.create(
        endpoints('web', {
          metadata: { labels: { mine: 'yes' }, annotations: { note: 'x' } },
          subsets: [
            {
              addresses: [{ ip: '192.0.2.10' }, { ip: '192.0.2.11', hostname: 'eleven', nodeName: 'node-1' }],
              notReadyAddresses: [{ ip: '192.0.2.12' }],
              ports: [{ name: 'http', port: 8080 }],
            },
            { addresses: [{ ip: '2001:db8::1' }], ports: [{ port: 9090, protocol: 'UDP' }] },
          ],
        }),
      );
      await inSlices(stage, 4);
    },
  },
  {
    name: 'service: endpoints of its own change and go',
    async run(stage) {
      const subset = (ip: string) => ({ subsets: [{ addresses: [{ ip }], ports: [{ port: 80 }] }] });
      for (const name of ['changes', 'goes']) {
        await stage.create(service(name, { ports: [{ port: 80 }] }));
        await stage.create(endpoints(name, subset('192.0.2.10')));
        await inSlices(stage, 1, name);
      }
      await stage.patch('Endpoints', 'changes', subset('192.0.2.20'));
      await stage.remove('Endpoints', 'goes');
      await stage.until(
        'no slice of it',
        () => stage.list('EndpointSlice', { 'kubernetes.io/service-name': 'goes' }).length === 0,
      );
      await stage.until('the other one has it', () =>
        JSON.stringify(stage.list('EndpointSlice')).includes('192.0.2.20'),
      );
    },
  },
  {
    name: 'service: endpoints that are not to be mirrored',
    async run(stage) {
      const subsets = [{ addresses: [{ ip: '192.0.2.10' }], ports: [{ port: 80 }] }];
      await stage.create(service('web', { ports: [{ port: 80 }] }));
      await stage.create(
        endpoints('web', { metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }, subsets }),
      );
      await stage.create(endpoints('alone', { subsets }));
      await stage.create(service('led', { ports: [{ port: 80 }] }));
      await stage.create(
        endpoints('led', { metadata: { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }, subsets }),
      );
      await stage.pause(1000);
    },
  },
  {
    name: 'service: slices that somebody made are left alone',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(
        object('discovery.k8s.io/v1', 'EndpointSlice', 'mine', {
          metadata: { labels: { 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'me' } },
          addressType: 'IPv4',
          endpoints: [{ addresses: ['192.0.2.1'] }],
          ports: [{ port: 80 }],
        }),
      );
      await stage.create(pod('a', web));
      await inSlices(stage, 2);
    },
  },
  {
    name: 'service: a slice that was deleted comes back',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(pod('a', web));
      await inSlices(stage, 1);
      const name = stage.list('EndpointSlice')[0]?.metadata.name ?? '';
      await stage.remove('EndpointSlice', name);
      await stage.until('another one is there', () =>
        stage.list('EndpointSlice').some(({ metadata }) => metadata.name !== name),
      );
      await inSlices(stage, 1);
    },
  },
  {
    name: 'service: a pod on the network of its node',
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80, targetPort: 'http' }] }));
      const shared = { hostNetwork: true, ...ports({ name: 'http', containerPort: 18_080 }) };
      await stage.create(pod('a', web, {}, { ...shared, nodeName: 'node-3' }));
      await inSlices(stage, 1);
    },
  },
  {
    name: 'service: of more pods than a slice holds',
    slow: true,
    async run(stage) {
      await stage.create(service('web', { selector: web, ports: [{ port: 80 }] }));
      await stage.create(deployment('web', { replicas: 130 }));
      await inSlices(stage, 130);
      await inEndpoints(stage, 'addresses', 130);
      await stage.patch('Deployment', 'web', { spec: { replicas: 20 } });
      await inSlices(stage, 20);
      await inEndpoints(stage, 'addresses', 20);
    },
  },
];
