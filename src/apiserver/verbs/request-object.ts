/**
 * The object in a request's body: decoded to its type, with upstream's errors for what doesn't fit. Mirrors apiserver
 * endpoints/handlers createHandler, transformDecodeError, checkName, and apimachinery serializer/json.
 */
import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '../../api/gvk.ts';
import { readTypeMeta, strictDecodingErrorText } from '../../api/codec/json.ts';
import { goQuote } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { newBadRequest, type StatusError } from '../../api/status.ts';
import { DecodeError, decodeObject } from '../../schema/decode.ts';
import { schemaForKind } from '../../schema/builtin/catalog.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import type { RequestContext } from '../request-context.ts';
import { BodySyntaxError, type Negotiation, type ParsedBody } from './resource-handler.ts';
import type { FieldValidation } from './query-options.ts';

/** What the body is to be. */
export interface ExpectedObject {
  readonly gvk: GroupVersionKind;
  readonly schema: ObjectSchema;
  /** Of a subresource that takes the kind of another group version (Eviction): these are fine too. */
  readonly otherApiVersions?: readonly string[];
}

/** Their Events are one kind inside. */
const eventGroups: ReadonlySet<string> = new Set(['', 'events.k8s.io']);

const summaryBytesMax = 30;
const scheme = 'pkg/runtime/scheme.go:111';

/** Decoded, not defaulted. Throws BadRequest. */
export async function readObject(
  context: RequestContext,
  negotiation: Negotiation,
  expected: ExpectedObject,
  validation: FieldValidation,
): Promise<KubeObject> {
  const body = await parseBody(context, negotiation, expected);
  const { value } = body;
  if (expected.schema.decode && readTypeMeta(value).kind === '') throw missingKind(context, expected);
  const gvk = gvkOf(context, value, expected);
  const wrong = wrongKind(gvk, expected);
  const decoded = wrong ? undefined : decode(gvk, expected, value);
  if (!decoded) throw cannotBeHandled(gvk, expected, wrong ?? '');
  const found = apiVersionOf(gvk);
  const wanted = apiVersionOf(expected.gvk);
  if (found !== wanted && !expected.otherApiVersions?.includes(found)) {
    throw newBadRequest(`the API version in the data (${found}) does not match the expected API version (${wanted})`);
  }
  reportStrictErrors(context, validation, strictErrorsOf(body, decoded.strictErrors), (text) =>
    cannotBeHandled(gvk, expected, text),
  );
  const object = { ...decoded.object, kind: gvk.kind, apiVersion: found };
  return expected.schema.decode ? object : withManagedFieldsReset(object, value);
}

/** An empty list of managed fields says something, unlike other empty lists; of built-in kinds only. May mutate `object`. */
export function withManagedFieldsReset(object: KubeObject, sent: JsonObject): KubeObject {
  const given = isJsonObject(sent['metadata']) ? sent['metadata']['managedFields'] : undefined;
  if (Array.isArray(given) && given.length === 0) object.metadata['managedFields'] = [];
  return object;
}

/** The body's own findings in front of the schema's, where they are not found in one pass. */
function strictErrorsOf(body: ParsedBody, unknown: readonly string[]): readonly string[] {
  return body.strictErrorsWith?.(unknown) ?? [...body.strictErrors, ...unknown];
}

/** Warns of them, throws, or says nothing, as the client asked. */
export function reportStrictErrors(
  context: RequestContext,
  validation: FieldValidation,
  strictErrors: readonly string[],
  refuse: (text: string) => StatusError,
): void {
  if (strictErrors.length === 0 || validation === 'Ignore') return;
  if (validation === 'Strict') throw refuse(strictDecodingErrorText(strictErrors));
  context.warnings.push(...strictErrors);
}

/** What upstream says of a kind that nobody knows. */
export function unregisteredKind(apiVersion: string, kind: string): string {
  return `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme ${goQuote(scheme)}`;
}

/** The object must be the one that the URL names. Throws BadRequest. */
export function checkName(object: Readonly<KubeObject>, name: string): void {
  const found = object.metadata.name ?? '';
  if (found === name) return;
  if (found === '') {
    const text = `the name of the object (${name} based on URL) was undeterminable: name must be provided`;
    throw newBadRequest(text);
  }
  throw newBadRequest(`the name of the object (${found}) does not match the name on the URL (${name})`);
}

async function parseBody(
  context: RequestContext,
  negotiation: Negotiation,
  expected: ExpectedObject,
): Promise<ParsedBody> {
  try {
    return await negotiation.body(context, expected.gvk);
  } catch (error) {
    if (error instanceof BodySyntaxError) throw unrecognized(context, expected, error.message);
    throw error;
  }
}

function gvkOf(context: RequestContext, value: JsonObject, expected: ExpectedObject): GroupVersionKind {
  const { kind, apiVersion } = readTypeMeta(value);
  const parsed = parseApiVersion(apiVersion);
  if (!parsed) throw unrecognized(context, expected, `unexpected GroupVersion string: ${apiVersion}`);
  const { gvk } = expected;
  let { group, version } = parsed;
  // Custom objects say themselves what they are.
  if (version === '' && group === '' && !expected.schema.decode) ({ group, version } = gvk);
  return { group, version, kind: kind || gvk.kind };
}

/** What upstream says of a kind that isn't the expected one. */
function wrongKind(gvk: GroupVersionKind, expected: ExpectedObject): string | undefined {
  // Of custom objects, validation looks at it.
  if (expected.schema.decode) return undefined;
  const sameGroup = gvk.group === expected.gvk.group || (gvk.kind === 'Event' && eventGroups.has(gvk.group));
  if (gvk.kind === expected.gvk.kind && sameGroup) {
    if (gvk.version === expected.gvk.version || schemaForKind(gvk)) return undefined;
  }
  if (expected.otherApiVersions?.includes(apiVersionOf(gvk)) && gvk.kind === expected.gvk.kind) return undefined;
  // Upstream knows of a List that holds anything, though nobody serves it.
  if (!schemaForKind(gvk) && apiVersionOf(gvk) + gvk.kind !== 'v1List') {
    return unregisteredKind(apiVersionOf(gvk), gvk.kind);
  }
  const from = `${gvk.version}.${gvk.kind}`;
  return `converting (${from}) to (${internalPackage(expected.gvk.group)}.${expected.gvk.kind}): unknown conversion`;
}

/** The Go package of a group's internal types. */
function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group);
}

function decode(gvk: GroupVersionKind, expected: ExpectedObject, value: JsonObject) {
  const same = apiVersionOf(gvk) === apiVersionOf(expected.gvk);
  const schema = same ? expected.schema : (schemaForKind(gvk) ?? expected.schema);
  try {
    const decoded = decodeObject(schema, value);
    // Every kind's schema has metadata; a missing one reads as empty.
    const object = { metadata: {}, ...decoded.object } as KubeObject;
    return { object, strictErrors: decoded.strictErrors };
  } catch (error) {
    if (error instanceof DecodeError) throw cannotBeHandled(gvk, expected, error.message);
    throw error;
  }
}

function cannotBeHandled(gvk: GroupVersionKind, expected: ExpectedObject, problem: string): StatusError {
  return newBadRequest(
    `${gvk.kind} in version ${goQuote(gvk.version)} cannot be handled as a ${expected.gvk.kind}: ${problem}`,
  );
}

function missingKind(context: RequestContext, expected: ExpectedObject): StatusError {
  const body = Buffer.from(context.request.body).toString();
  return unrecognized(context, expected, `Object 'Kind' is missing in '${body}'`);
}

function unrecognized(context: RequestContext, expected: ExpectedObject, problem: string): StatusError {
  const summary = summarize(context.request.body);
  return newBadRequest(
    `the object provided is unrecognized (must be of type ${expected.gvk.kind}): ${problem} (${summary})`,
  );
}

function summarize(body: Uint8Array): string {
  if (body.length === 0) return '<empty>';
  const head = Buffer.from(body.subarray(0, summaryBytesMax));
  const text = body[0] === 0x7b ? head.toString() : head.toString('hex');
  return body.length > summaryBytesMax ? `${text} ...` : text;
}
