/** One thing that a user does. The choices are made when it is made, whenever it runs; any of it may be refused. */
import type { GroupVersionResource } from '../../../../src/api/gvk.ts';
import type { JsonObject } from '../../../../src/api/json.ts';
import type { KubeObject } from '../../../../src/api/object.ts';
import type { DeleteOptions, ResourceClient } from '../../../../src/client/client.ts';
import type { Choices } from '../../choices.ts';
import type { World } from '../world.ts';

export interface Operation {
  readonly name: string;
  run(): Promise<unknown>;
}

export type Maker = (choose: Choices, world: World, namespace: string) => Operation;

export const userNamespaces = ['one', 'two'] as const;

export const apps = ['web', 'api'] as const;

/** Of a pod that runs for ever, with labels to be selected by. */
export function podTemplate(choose: Choices, labels: Readonly<Record<string, string>>): JsonObject {
  return {
    metadata: { labels: { ...labels } },
    spec: {
      containers: [{ name: 'main', image: anImage(choose) }],
      ...(choose.chance(0.5) ? { terminationGracePeriodSeconds: choose.number(5) } : {}),
    },
  };
}

export function anImage(choose: Choices): string {
  return `app:${choose.number(4)}`;
}

/** As from `kubectl delete`, with any of its ways. */
export function deletion(choose: Choices, resource: ResourceClient<'tenant'>, kind: string, name: string): Operation {
  const options = choose.of<DeleteOptions>([
    {},
    { propagationPolicy: 'Foreground' },
    { propagationPolicy: 'Background' },
    { propagationPolicy: 'Orphan' },
  ]);
  return { name: `delete ${kind} ${name} ${JSON.stringify(options)}`, run: () => resource.delete(name, options) };
}

/** A merge patch that is told in the log. */
export function change(resource: ResourceClient<'tenant'>, kind: string, name: string, patch: JsonObject): Operation {
  return { name: `change ${kind} ${name} ${JSON.stringify(patch)}`, run: () => resource.patch(name, 'merge', patch) };
}

export function creation(resource: ResourceClient<'tenant'>, object: KubeObject): Operation {
  const { name } = object.metadata;
  const text = JSON.stringify(object['spec'] ?? object.metadata);
  return { name: `create ${object.kind} ${name} ${text}`, run: () => resource.create(object) };
}

/** Mostly what is there; `undefined`: there is none. */
export function oneOf(choose: Choices, world: World, plural: string, namespace: string): KubeObject | undefined {
  const found = world.truth.list(plural).filter(({ metadata }) => metadata.namespace === namespace);
  return found.length === 0 ? undefined : choose.of(found);
}

export const nothing: Operation = { name: 'nothing there', run: () => Promise.resolve() };

export function resourceOf(world: World, gvr: GroupVersionResource, namespace: string): ResourceClient<'tenant'> {
  return world.user.resource(gvr, namespace);
}
