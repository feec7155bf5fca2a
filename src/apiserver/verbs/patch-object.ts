/**
 * Applies a request's patch to an object, and decodes what comes out. Mirrors apiserver endpoints/handlers jsonPatcher and
 * smpPatcher.
 */
import * as field from '../../api/field-error.ts';
import { goJson, goValueText } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { parseApiVersion } from '../../api/gvk.ts';
import type { KubeObject } from '../../api/object.ts';
import { schemaForKind } from '../../schema/builtin/catalog.ts';
import { textAt } from '../../api/json-fields.ts';
import { newGenericServerResponse, newInvalid, newUnsupportedMediaType, type StatusError } from '../../api/status.ts';
import { applyJsonPatch, decodeJsonPatch } from '../../patch/json-patch.ts';
import { applyMergePatch } from '../../patch/merge-patch.ts';
import { decodeMergePatch, decodeStrategicMergePatch } from '../../patch/patch-body.ts';
import { applyStrategicMergePatch } from '../../patch/strategic-merge/strategic-merge.ts';
import { DecodeError, decodeObject } from '../../schema/decode.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import type { RequestContext } from '../request-context.ts';
import type { FieldValidation } from './query-options.ts';
import { reportStrictErrors, unregisteredKind, withManagedFieldsReset } from './request-object.ts';

const jsonPatchType = 'application/json-patch+json';
const mergePatchType = 'application/merge-patch+json';
const strategicPatchType = 'application/strategic-merge-patch+json';
const applyPatchType = 'application/apply-patch+yaml';

/** Applies the patch to an object as served, which is left as it is. Throws StatusErrors. */
export type ObjectPatcher = (current: KubeObject, schema: ObjectSchema) => KubeObject;

/**
 * Throws UnsupportedMediaType at once; what is wrong with the patch only when it is applied, as upstream does.
 * @param strategic whether the kind has strategic merge patches: custom resources have not
 */
export function patcherOf(context: RequestContext, validation: FieldValidation, strategic: boolean): ObjectPatcher {
  const { body, headers } = context.request;
  const types = [jsonPatchType, mergePatchType, ...(strategic ? [strategicPatchType] : [])];
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  // As upstream's router says it, in front of its own list of types.
  if (!types.includes(type)) {
    if (!strategic) throw newUnsupportedMediaType([...types, applyPatchType]);
    throw newGenericServerResponse({ code: 415, serverMessage: '415: Unsupported Media Type' });
  }
  const apply = once(() => patchFunction(type, body, validation !== 'Ignore'));
  return (current, schema) => {
    const patch = apply();
    // What verbs patch was JSON a moment ago.
    const patched = patch.apply(current as JsonObject, schema);
    return decodePatched(context, validation, current, schema, patched, patch);
  };
}

interface AppliedPatch {
  readonly strictErrors: readonly string[];
  /** What an error shows instead of the object that came out. */
  readonly shown?: string;
  apply(document: JsonObject, schema: ObjectSchema): JsonValue;
}

function patchFunction(type: string, body: Uint8Array, checked: boolean): AppliedPatch {
  if (type === jsonPatchType) {
    const { patch, strictErrors } = decodeJsonPatch(body, checked);
    return { strictErrors, apply: (document) => applyJsonPatch(document, patch) };
  }
  if (type === mergePatchType) {
    const { patch, strictErrors } = decodeMergePatch(body, checked);
    return { strictErrors, apply: (document) => applyMergePatch(document, patch) };
  }
  const { patch, strictErrors } = decodeStrategicMergePatch(body, checked);
  const apply: AppliedPatch['apply'] = (document, schema) => applyStrategicMergePatch(document, patch, schema);
  return { strictErrors, apply, shown: goValueText(patch) };
}

function decodePatched(
  context: RequestContext,
  validation: FieldValidation,
  current: Readonly<KubeObject>,
  schema: ObjectSchema,
  patched: JsonValue,
  patch: AppliedPatch,
): KubeObject {
  const refuse = (text: string): StatusError =>
    newInvalid({ group: '', kind: '' }, '', [field.invalid('patch', patch.shown ?? goJson(patched), text)]);
  if (!isJsonObject(patched)) throw refuse("couldn't get version/kind; json parse error");
  // Of custom objects, validation looks at it.
  const wrong = schema.decode ? undefined : changedKind(patched, current);
  if (wrong !== undefined) throw refuse(wrong);
  try {
    const decoded = decodeObject(schema, patched);
    reportStrictErrors(context, validation, [...patch.strictErrors, ...decoded.strictErrors], refuse);
    // Kinds stay what they were, or the write fails; every kind's schema has metadata.
    const object = { metadata: {}, ...decoded.object } as KubeObject;
    return schema.decode ? object : withManagedFieldsReset(object, patched);
  } catch (error) {
    if (error instanceof DecodeError) throw refuse(error.message);
    throw error;
  }
}

/** A patch can't make another kind of it. What upstream says then; `undefined`: all is well. */
function changedKind(patched: JsonObject, current: Readonly<KubeObject>): string | undefined {
  const kind = textAt(patched, 'kind') || current.kind;
  const apiVersion = textAt(patched, 'apiVersion') || current.apiVersion;
  if (kind === current.kind && apiVersion === current.apiVersion) return undefined;
  const parsed = parseApiVersion(apiVersion);
  if (parsed && schemaForKind({ ...parsed, kind })) {
    return `converting (${parsed.version}.${kind}) to (${current.kind}): unknown conversion`;
  }
  return unregisteredKind(apiVersion, kind);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
