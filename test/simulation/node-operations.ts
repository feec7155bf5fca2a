/** What becomes of nodes: on the host, by its people and kubelets; in a tenant, by users who make something else of what they see. */
import type { FromHost, MirrorSettings } from '../../src/syncer/mirrored-kind.ts';
import { nodeSpec } from '../../src/translate/nodes/node-view.ts';
import type { Choices } from './choices.ts';
import { objectsOn } from './stored-objects.ts';
import type { TenantMachine } from './tenant-machine.ts';
import { colorLabel, ownerMark } from './tenant-objects.ts';
import type { Operation } from './tenant-operations.ts';
import type { World } from './world.ts';

export const nodes = { group: '', version: 'v1', resource: 'nodes' };
export const nodesPrefix = '/registry/minions/';
export const nodeNames = ['node-1', 'node-2', 'node-3'] as const;
/** On the host's nodes, and in no tenant that doesn't see them. */
export const poolLabel = 'host.example/zz-pool';
/** What a tenant may see that doesn't see all. */
const selectedNodes: MirrorSettings = { selector: `${poolLabel}=a`, hide: ['addresses'] };
/** What operators let tenants see. */
export const nodeModes: readonly FromHost[] = [{}, {}, { nodes: {} }, { nodes: selectedNodes }];
/** Of nodes that users make themselves. */
export const madeLabel = 'tenant.example/made';

export function hostNodeOperation(choose: Choices, { host, time }: World): Operation {
  const name = choose.of(nodeNames);
  const resource = host.resource(nodes);
  const pool = choose.of(['a', 'b', null]);
  const taint = { key: 'host.example/taint', effect: choose.of(['NoSchedule', 'PreferNoSchedule']) };
  const taints = choose.of([[taint], []]);
  const unschedulable = choose.of([true, null, null]);
  const at = new Date(Date.UTC(2031, 0, 1) + time.elapsed).toISOString().replace(/\.\d+Z/, 'Z');
  const heartbeat = { type: 'Ready', lastHeartbeatTime: at };
  const condition = { type: 'host.example/Odd', status: choose.of(['True', 'False']), reason: 'Odd' };
  const { text, run } = choose.of([
    {
      text: `pool ${pool}`,
      run: () => resource.patch(name, 'merge', { metadata: { labels: { [poolLabel]: pool } } }),
    },
    { text: `taints ${taints.length}`, run: () => resource.patch(name, 'merge', { spec: { taints } }) },
    { text: `cordon ${unschedulable}`, run: () => resource.patch(name, 'merge', { spec: { unschedulable } }) },
    {
      text: 'heartbeat',
      run: () => resource.patch(name, 'strategic', { status: { conditions: [heartbeat] } }, { subresource: 'status' }),
    },
    {
      text: `condition ${condition.status}`,
      run: () => resource.patch(name, 'strategic', { status: { conditions: [condition] } }, { subresource: 'status' }),
    },
  ]);
  return { name: `host: ${name} ${text}`, run };
}

export function tenantNodeOperation(choose: Choices, tenant: TenantMachine): Operation {
  const seen = objectsOn(tenant.disk, nodesPrefix);
  const name = seen.length === 0 ? choose.of(nodeNames) : (choose.of(seen).metadata.name ?? '');
  const resource = tenant.client.resource(nodes);
  const color = choose.of(['blue', 'red', null]);
  const labels = { [colorLabel]: color, [`tenant.example/${ownerMark(tenant.name)}`]: choose.of(['', null]) };
  const spoiled = { 'kubernetes.io/os': choose.of(['windows', null]), [poolLabel]: choose.of(['c', null]) };
  const unschedulable = choose.of([true, null]);
  const tainted = choose.chance(0.5);
  const status = { conditions: [{ type: 'Ready', status: 'False' }], capacity: { cpu: '1k' } };
  const others = choose.of([name, 'mine', ...nodeNames]);
  const { text, run } = choose.weighted([
    [4, { text: `color ${color}`, run: () => resource.patch(name, 'merge', { metadata: { labels } }) }],
    [1, { text: 'spoil labels', run: () => resource.patch(name, 'merge', { metadata: { labels: spoiled } }) }],
    [2, { text: 'taint', run: () => taintNode(tenant, name, tainted) }],
    [2, { text: `cordon ${unschedulable}`, run: () => resource.patch(name, 'merge', { spec: { unschedulable } }) }],
    [
      1,
      {
        text: 'spoil status',
        run: () => resource.patch(name, 'strategic', { status }, { subresource: 'status' }),
      },
    ],
    [2, { text: 'delete', run: () => deleteNode(tenant, name) }],
    [1, { text: `make ${others}`, run: () => makeNode(tenant, others) }],
  ]);
  return { name: `${tenant.name}: ${name} ${text}`, run };
}

async function taintNode(tenant: TenantMachine, name: string, on: boolean): Promise<unknown> {
  const resource = tenant.client.resource(nodes);
  const node = await resource.get(name);
  const key = `tenant.example/${ownerMark(tenant.name)}`;
  const kept = (nodeSpec(node).taints ?? []).filter((taint) => taint.key !== key);
  const spec = { ...nodeSpec(node), taints: [...kept, ...(on ? [{ key, effect: 'NoSchedule' }] : [])] };
  return resource.update({ ...node, spec });
}

async function makeNode(tenant: TenantMachine, name: string): Promise<unknown> {
  const labels = { [madeLabel]: ownerMark(tenant.name) };
  const made = await tenant.client
    .resource(nodes)
    .create({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
  tenant.ownNodes.set(name, made.metadata.uid ?? '');
  return made;
}

/** Forgotten first: it may be done though the answer is never heard. */
function deleteNode(tenant: TenantMachine, name: string): Promise<unknown> {
  tenant.ownNodes.delete(name);
  return tenant.client.resource(nodes).delete(name);
}
