/** What users of a tenant do, at random. Any of it may be refused, as it may by a real API server. */
import type { GroupVersionResource } from '../../src/api/gvk.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { DeleteOptions, ResourceClient } from '../../src/client/client.ts';
import type { Choices } from './choices.ts';
import { runningOperation } from './running-operations.ts';
import { objectsOn } from './stored-objects.ts';
import {
  barePod,
  configMap,
  configNames,
  daemonSet,
  deployment,
  labelsOf,
  ownerMark,
  podNames,
  secret,
  service,
  serviceNames,
  serviceSpec,
  tenantNamespaces,
} from './tenant-objects.ts';
import type { TenantMachine } from './tenant-machine.ts';

export interface Operation {
  readonly name: string;
  run(): Promise<unknown>;
}

export const pods = { group: '', version: 'v1', resource: 'pods' };
export const services = { group: '', version: 'v1', resource: 'services' };
export const configmaps = { group: '', version: 'v1', resource: 'configmaps' };
export const secrets = { group: '', version: 'v1', resource: 'secrets' };
export const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
export const events = { group: '', version: 'v1', resource: 'events' };
const daemonSets = { group: 'apps', version: 'v1', resource: 'daemonsets' };
const deployments = { group: 'apps', version: 'v1', resource: 'deployments' };

/** Makes one choice of what to do; the choice is made now, whenever it runs. */
export function tenantOperation(choose: Choices, tenant: TenantMachine): Operation {
  const namespace = choose.weighted([
    [10, 'one'],
    [2, 'two'],
    [1, choose.of(tenantNamespaces)],
  ]);
  const make = choose.weighted([
    [6, podOperation],
    [4, deploymentOperation],
    [1, daemonSetOperation],
    [5, configOperation],
    [5, serviceOperation],
    [1, namespaceOperation],
  ]);
  const { name, run } = make(choose, tenant, namespace);
  return { name: `${tenant.name}: ${name} in ${namespace}`, run };
}

/** Mostly the first, so that it is there to be changed. */
function aName(choose: Choices, names: readonly string[]): string {
  return choose.chance(0.5) ? (names[0] ?? '') : choose.of(names);
}

type Maker = (choose: Choices, tenant: TenantMachine, namespace: string) => Operation;

const podOperation: Maker = (choose, tenant, namespace) => {
  const name = aName(choose, podNames);
  const resource = tenant.client.resource(pods, namespace);
  const pod = barePod(choose, tenant.name, namespace, name);
  const labels = labelsOf(choose, tenant.name);
  const image = `${ownerMark(tenant.name)}/app:${choose.number(9)}`;
  return choose.weighted<Operation>([
    [6, { name: `create pod ${name}`, run: () => resource.create(pod) }],
    [3, deletion(choose, resource, 'pod', name)],
    [1, { name: `force delete pod ${name}`, run: () => resource.delete(name, { gracePeriodSeconds: 0 }) }],
    [2, { name: `recreate pod ${name}`, run: () => recreate(resource, pod) }],
    [1, { name: `relabel pod ${name}`, run: () => resource.patch(name, 'merge', { metadata: { labels } }) }],
    [
      1,
      {
        name: `unlabel pod ${name}`,
        run: () => resource.patch(name, 'merge', { metadata: { labels: { tier: null } } }),
      },
    ],
    [
      1,
      { name: `let go of pod ${name}`, run: () => resource.patch(name, 'merge', { metadata: { finalizers: null } }) },
    ],
    [1, { name: `new image for pod ${name}`, run: () => resource.patch(name, 'strategic', imagePatch(image)) }],
    [8, runningOperation(choose, tenant, resource, aPodThere(choose, tenant, namespace) ?? name)],
  ]);
};

/** Deployments' pods, too. */
function aPodThere(choose: Choices, tenant: TenantMachine, namespace: string): string | undefined {
  const found = objectsOn(tenant.disk, `/registry/pods/${namespace}/`);
  return found.length === 0 ? undefined : choose.of(found).metadata.name;
}

function imagePatch(image: string) {
  return { spec: { containers: [{ name: 'main', image }] } };
}

const deploymentOperation: Maker = (choose, tenant, namespace) => {
  const name = choose.of(['dep', 'dep-x-two']);
  const resource = tenant.client.resource(deployments, namespace);
  const object = deployment(choose, tenant.name, namespace, name);
  const replicas = choose.number(5);
  const template = imagePatch(`${ownerMark(tenant.name)}/app:${choose.number(9)}`);
  return choose.weighted<Operation>([
    [5, { name: `create deployment ${name}`, run: () => resource.create(object) }],
    [4, { name: `scale ${name} to ${replicas}`, run: () => resource.patch(name, 'merge', { spec: { replicas } }) }],
    [2, { name: `roll ${name}`, run: () => resource.patch(name, 'strategic', { spec: { template } }) }],
    [2, deletion(choose, resource, 'deployment', name)],
  ]);
};

const daemonSetOperation: Maker = (choose, tenant, namespace) => {
  const name = 'agent';
  const resource = tenant.client.resource(daemonSets, namespace);
  const object = daemonSet(choose, tenant.name, namespace, name);
  return choose.weighted<Operation>([
    [5, { name: `create daemon set ${name}`, run: () => resource.create(object) }],
    [2, deletion(choose, resource, 'daemon set', name)],
  ]);
};

const configOperation: Maker = (choose, tenant, namespace) => {
  const name = aName(choose, configNames);
  const isSecret = choose.chance(0.5);
  const gvr: GroupVersionResource = isSecret ? secrets : configmaps;
  const resource = tenant.client.resource(gvr, namespace);
  const object = (isSecret ? secret : configMap)(choose, tenant.name, namespace, name);
  const { metadata: _, apiVersion: __, kind: ___, type: ____, ...content } = object;
  const label = { metadata: { labels: { tier: choose.of(['front', null]) } } };
  return choose.weighted<Operation>([
    [5, { name: `create ${gvr.resource} ${name}`, run: () => resource.create(object) }],
    [4, { name: `change ${gvr.resource} ${name}`, run: () => resource.patch(name, 'merge', content) }],
    [2, { name: `relabel ${gvr.resource} ${name}`, run: () => resource.patch(name, 'merge', label) }],
    [2, deletion(choose, resource, gvr.resource, name)],
    [2, { name: `recreate ${gvr.resource} ${name}`, run: () => recreate(resource, object) }],
  ]);
};

const serviceOperation: Maker = (choose, tenant, namespace) => {
  const name = aName(choose, serviceNames);
  const resource = tenant.client.resource(services, namespace);
  const object = service(choose, tenant.name, namespace, name);
  const spec = serviceSpec(choose, tenant.name);
  const patch = { spec: { type: choose.of(['ClusterIP', 'NodePort', 'LoadBalancer']), ...choose.of([{}, spec]) } };
  const replace = async (): Promise<unknown> => {
    const found = await resource.get(name);
    const { clusterIP, clusterIPs } = found['spec'] as Record<string, string>;
    const kept = spec['type'] === 'ExternalName' ? {} : { clusterIP, clusterIPs };
    return resource.update({ ...found, spec: { ...kept, ...spec } });
  };
  return choose.weighted<Operation>([
    [6, { name: `create service ${name} ${JSON.stringify(object['spec'])}`, run: () => resource.create(object) }],
    [3, { name: `change service ${name} ${JSON.stringify(patch)}`, run: () => resource.patch(name, 'merge', patch) }],
    [2, { name: `replace service ${name} ${JSON.stringify(spec)}`, run: replace }],
    [2, deletion(choose, resource, 'service', name)],
    [2, { name: `recreate service ${name} ${JSON.stringify(object['spec'])}`, run: () => recreate(resource, object) }],
  ]);
};

const namespaceOperation: Maker = (choose, tenant, namespace) => {
  const resource = tenant.client.resource(namespaces);
  const object: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  return choose.weighted<Operation>([
    [3, { name: 'create namespace', run: () => resource.create(object) }],
    [1, { name: 'delete namespace', run: () => resource.delete(namespace) }],
  ]);
};

function deletion(choose: Choices, resource: ResourceClient<'tenant'>, kind: string, name: string): Operation {
  const options = choose.of<DeleteOptions>([
    {},
    { propagationPolicy: 'Foreground' },
    { propagationPolicy: 'Background' },
  ]);
  return { name: `delete ${kind} ${name}`, run: () => resource.delete(name, options) };
}

/** Under the same name, at once: a StatefulSet would. */
async function recreate(resource: ResourceClient<'tenant'>, object: KubeObject): Promise<void> {
  await resource.delete(object.metadata.name ?? '', { gracePeriodSeconds: 0 });
  await resource.create(object);
}
