/** Component statuses: asked for when somebody asks, never stored. Mirrors kubernetes pkg/registry/core/componentstatus. */
import type { KubeObject } from '../../api/object.ts';
import { newNotFound } from '../../api/status.ts';
import { matchesSelection } from '../registry/selection.ts';
import { StoredObject } from '../registry/stored-object.ts';
import { listOptionsOf } from './list.ts';
import { encoderOf, objectResponse, type VerbHandler } from './verb.ts';

export interface Component {
  /** `etcd-0` */
  readonly name: string;
  /** Why it is not well; `undefined`: it is. Must not throw, nor take long. */
  check(): string | undefined | Promise<string | undefined>;
}

/** In place of the generic verbs of `componentstatuses`. */
export function componentStatusVerbs(components: readonly Component[]): Readonly<Record<'get' | 'list', VerbHandler>> {
  return {
    async get(request) {
      const encoder = encoderOf(request);
      const component = components.find(({ name }) => name === request.name);
      if (!component) throw newNotFound({ group: '', resource: 'componentstatus' }, request.name);
      return objectResponse(encoder, 200, await statusOf(component));
    },
    async list(request) {
      const encoder = encoderOf(request);
      const { selection } = listOptionsOf(request, false);
      const all = await Promise.all(components.map(statusOf));
      const items = all.filter((item) => matchesSelection(request.resource, selection, item));
      return { status: 200, headers: { 'content-type': encoder.contentType }, body: encoder.list({}, items) };
    },
  };
}

async function statusOf({ name, check }: Component): Promise<StoredObject> {
  const failure = await check();
  const object: KubeObject = {
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata: { name },
    conditions: [{ type: 'Healthy', status: failure === undefined ? 'True' : 'False', message: failure ?? 'ok' }],
  };
  return new StoredObject(Buffer.from(JSON.stringify(object)), 0);
}
