/** A scenario: what somebody does to a cluster, and what he waits for in between. It is run on both sides; the state that it leads to is compared. */
import type { JsonObject } from '../../../src/api/json.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import type { Client, DeleteOptions, PatchType } from '../../../src/client/client.ts';
import type { KindName } from './kinds.ts';

export interface Scenario {
  readonly name: string;
  /** Takes more than some seconds: it is run by `npm run test:controllers` alone. */
  readonly slow?: boolean;
  /** How often each Event was told hangs on who was faster: that it was told is compared. */
  readonly countsVary?: boolean;
  /** Which fields a controller has written hangs on what it saw in between: that it has written is compared. */
  readonly fieldsVary?: boolean;
  run(stage: Stage): Promise<void>;
}

export interface PatchOptions {
  readonly subresource?: string;
  readonly type?: PatchType;
}

/** One side, as a scenario sees it: by kinds, in a namespace of its own. Rejects what the server refuses. */
export interface Stage {
  readonly namespace: string;
  readonly client: Client<'host'>;
  create(object: KubeObject): Promise<KubeObject>;
  patch(kind: KindName, name: string, patch: unknown, options?: PatchOptions): Promise<KubeObject>;
  /** Where it is not there any more, nothing is done. */
  remove(kind: KindName, name: string, options?: DeleteOptions): Promise<void>;
  /** As it was last seen. */
  find(kind: KindName, name: string): KubeObject | undefined;
  list(kind: KindName, labels?: Readonly<Record<string, string>>): readonly KubeObject[];
  /** Waits until it is so. @throws Error when it is not in the time that a busy machine needs. */
  until(what: string, check: () => boolean): Promise<void>;
  /** Until the field has the value. `path`: `status.readyReplicas`; `undefined` as the value: until it is not there. */
  untilField(kind: KindName, name: string, path: string, value: unknown): Promise<void>;
  untilGone(kind: KindName, name: string): Promise<void>;
  /** Until there are so many pods, each `Ready` or else of the phase. */
  untilPods(count: number, phase?: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** Until an Event of the reason is there. */
  untilEvent(reason: string): Promise<void>;
  pause(ms: number): Promise<void>;
}

/** The value at `status.conditions[type=Ready].reason`, `metadata.labels.a` or `status.replicas`. */
export function fieldOf(object: unknown, path: string): unknown {
  let value = object;
  for (const part of path.split(/\.(?![^[]*\])/)) {
    const [, name = '', key, wanted] = /^([^[]+)(?:\[(\w+)=([^\]]+)\])?$/.exec(part) ?? [];
    value = (value as JsonObject | undefined)?.[name];
    if (key === undefined) continue;
    value = Array.isArray(value) ? value.find((item: JsonObject) => item[key] === wanted) : undefined;
  }
  return value;
}
