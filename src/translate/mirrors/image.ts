/** What a tenant is to see of an object of its host. Pure. */
import { cloneJson, isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { ownPrefix } from '../marks.ts';

export interface Image {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** In the tenant; absent: it has none. */
  readonly namespace?: string;
  /** Of the host's object; absent: it was made up. */
  readonly uid: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** All else but the status. */
  readonly fields: JsonObject;
  readonly status?: JsonObject;
}

/** A host's object as it is, but for its status, and what belongs to its place and its writers. */
export function plainImage(source: On<'host', KubeObject>): Image {
  const { apiVersion, kind, metadata, status: _, ...fields } = source;
  const { name = '', uid, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    name,
    uid,
    labels: withoutOwn(labels),
    annotations: withoutOwn(annotations),
    // Plain JSON; only `metadata` is an ObjectMeta.
    fields: cloneJson(fields as JsonObject),
  };
}

/** The same with its status. */
export function imageWithStatus(source: On<'host', KubeObject>): Image {
  const { status = null } = source;
  return { ...plainImage(source), ...(isJsonObject(status) ? { status: cloneJson(status) } : {}) };
}

/** Labels or annotations, without Sublet's own and what client-side apply notes. */
function withoutOwn(entries: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries ?? {}).filter(
      ([key]) => !key.startsWith(ownPrefix) && key !== 'kubectl.kubernetes.io/last-applied-configuration',
    ),
  );
}
