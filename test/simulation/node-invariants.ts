/** What must be true of the nodes that a tenant sees when all is quiet: each returns what is wrong, in words. */
import { equalJson, type JsonValue } from '../../src/api/json.ts';
import { matchesLabels } from '../../src/api/label-requirement.ts';
import { parseLabelSelector } from '../../src/api/label-selector-parser.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { markOn } from '../../src/api/side.ts';
import { noteOf } from '../../src/translate/mirrors/note.ts';
import { nodeSpec, nodeStatus, taintKey } from '../../src/translate/nodes/node-view.ts';
import { ownMarks } from '../../src/translate/nodes/own-marks.ts';
import type { NodeTerms } from '../../src/translate/pods/node-terms.ts';
import { nodeRequirements } from '../../src/translate/pods/node-terms.ts';
import { isDaemonPod, nodeNameOf, wasPutOnNode } from '../../src/translate/pods/pod-node.ts';
import { madeLabel, nodesPrefix, poolLabel } from './node-operations.ts';
import { objectsOn } from './stored-objects.ts';
import type { TenantMachine } from './tenant-machine.ts';
import type { World } from './world.ts';

export function nodes(world: World, tenant: TenantMachine): string[] {
  const seen = new Map(objectsOn(tenant.disk, nodesPrefix).map((node) => [node.metadata.name ?? '', node]));
  const used = new Set(
    objectsOn(tenant.disk, '/registry/pods/')
      .filter((pod) => wasPutOnNode(pod))
      .map((pod) => nodeNameOf(pod)),
  );
  const selected = selectedOf(world, tenant);
  const wrong: string[] = [];
  for (const name of used)
    if (!seen.has(name)) wrong.push(`a pod of ${tenant.name} is on ${name}, which it doesn't see`);
  // Of the nodes that are only made up, a DaemonSet's pods hold none.
  const held = new Set(
    objectsOn(tenant.disk, '/registry/pods/')
      .filter((pod) => wasPutOnNode(pod) && !isDaemonPod(pod))
      .map((pod) => nodeNameOf(pod)),
  );
  for (const name of selected.keys()) if (!seen.has(name)) wrong.push(`${tenant.name} doesn't see ${name}`);
  for (const [name, node] of seen) {
    if (!noteOf(node)) {
      if (!node.metadata.labels?.[madeLabel]) wrong.push(`node ${name} of ${tenant.name} is nobody's`);
      continue;
    }
    const source = selected.get(name);
    if (source) wrong.push(...differences(`node ${name} of ${tenant.name}`, node, source, tenant));
    else if (held.has(name)) wrong.push(...leaks(`node ${name} of ${tenant.name}`, node));
    else wrong.push(`node ${name} of ${tenant.name} is left over`);
  }
  for (const [name, uid] of tenant.ownNodes) {
    if (seen.get(name)?.metadata.uid !== uid) wrong.push(`node ${name}, which users of ${tenant.name} made, is gone`);
  }
  return wrong;
}

/** By our own reckoning, from what is stored. */
export function nodeTermsOf(tenant: TenantMachine): NodeTerms {
  const marked = objectsOn(tenant.disk, nodesPrefix).flatMap((node) => ownMarks(markOn('tenant', node)) ?? []);
  return {
    marked: marked.toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    within: nodeRequirements(tenant.fromHost['nodes']?.selector ?? ''),
  };
}

function selectedOf({ hostDisk }: World, { fromHost }: TenantMachine): Map<string, KubeObject> {
  const settings = fromHost['nodes'];
  if (!settings) return new Map();
  const requirements = parseLabelSelector(settings.selector ?? '');
  return new Map(
    objectsOn(hostDisk, nodesPrefix)
      .filter(({ metadata }) => matchesLabels(requirements, metadata.labels))
      .map((node) => [node.metadata.name ?? '', node]),
  );
}

function differences(where: string, node: KubeObject, source: KubeObject, { fromHost }: TenantMachine): string[] {
  const wrong: string[] = [];
  for (const [key, value] of Object.entries(source.metadata.labels ?? {})) {
    if (node.metadata.labels?.[key] !== value) wrong.push(`${where}: ${key} is ${node.metadata.labels?.[key]}`);
  }
  const extra = Object.keys(node.metadata.labels ?? {}).filter(
    (key) => !(key in (source.metadata.labels ?? {})) && !key.startsWith('tenant.example/') && key !== poolLabel,
  );
  if (extra.length > 0) wrong.push(`${where}: labels ${extra.join()} are no longer the host's`);
  const taints = new Set((nodeSpec(node).taints ?? []).map(taintKey));
  const wanted = new Set((nodeSpec(source).taints ?? []).map(taintKey));
  for (const key of wanted) if (!taints.has(key)) wrong.push(`${where} lacks taint ${key}`);
  for (const key of taints)
    if (!wanted.has(key) && !key.startsWith('tenant.example/')) wrong.push(`${where} still has taint ${key}`);
  if (nodeSpec(source).unschedulable && !nodeSpec(node).unschedulable) wrong.push(`${where} is not cordoned`);
  for (const field of ['capacity', 'allocatable'] as const) {
    const [shown, is] = [nodeStatus(node)[field], nodeStatus(source)[field]];
    if (!equalJson(shown, is)) wrong.push(`${where} shows ${field} ${JSON.stringify(shown)}`);
  }
  const states = (of: KubeObject): JsonValue =>
    (nodeStatus(of).conditions ?? []).map(({ type, status }) => `${type}=${status}`).toSorted();
  if (!equalJson(states(node), states(source))) wrong.push(`${where} shows conditions ${JSON.stringify(states(node))}`);
  if (fromHost['nodes']?.hide && JSON.stringify(node).includes('172.30.')) wrong.push(`${where} shows its address`);
  return wrong;
}

/** What is not to be seen of the host isn't there. */
function leaks(where: string, node: KubeObject): string[] {
  // A label of that name the tenant may have set itself.
  const { [poolLabel]: _, ...labels } = node.metadata.labels ?? {};
  const { managedFields: __, ...metadata } = node.metadata;
  const text = JSON.stringify({ ...node, metadata: { ...metadata, labels } });
  return ['host.example', 'simulat', '256Gi']
    .filter((word) => text.includes(word))
    .map((word) => `${where} tells ${word}`);
}
