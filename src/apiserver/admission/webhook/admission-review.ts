/** What webhooks are asked, and what they answer. Mirrors apiserver pkg/admission/plugin/webhook/request. */
import { parseJsonBytes } from '../../../api/codec/parse-json.ts';
import { goQuote, jsonTypeText } from '../../../api/go-text.ts';
import { apiVersionOf, parseApiVersion } from '../../../api/gvk.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import { objectAt, textAt } from '../../../api/json-fields.ts';
import { schemaForKind } from '../../../schema/builtin/catalog.ts';
import { DecodeError, decodeObject } from '../../../schema/decode.ts';

export type ReviewVersion = 'v1' | 'v1beta1';

export interface Review {
  readonly allowed: boolean;
  /** Decoded; empty: none. */
  readonly patch: Uint8Array;
  readonly patchType: string;
  /** A Status. */
  readonly result: JsonObject | undefined;
  readonly warnings: readonly string[];
}

/** The answer is none: it can't be read, or it is no answer to the question (`verified`). */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly verified: boolean;

  constructor(message: string, verified: boolean, options?: ErrorOptions) {
    super(message, options);
    this.verified = verified;
  }
}

const group = 'admission.k8s.io';
const kind = 'AdmissionReview';

export function reviewBody(version: ReviewVersion, request: JsonObject): Uint8Array {
  return Buffer.from(JSON.stringify({ kind, apiVersion: `${group}/${version}`, request }));
}

/** @throws AnswerError */
export function readReview(body: Uint8Array, version: ReviewVersion, uid: string, mutating: boolean): Review {
  const review = reviewObject(body, version);
  const response = review['response'];
  if (response === undefined || response === null) throw invalid('webhook response was absent');
  if (!isJsonObject(response)) throw mistyped('response', response, 'v1.AdmissionResponse');
  const given = fieldsOf(response);
  if (version === 'v1') verify(review, given, uid, mutating);
  const patchType = version === 'v1beta1' && given.patch.length > 0 ? 'JSONPatch' : (given.patchType ?? '');
  return {
    allowed: given.allowed,
    patch: mutating ? given.patch : new Uint8Array(),
    patchType: mutating ? patchType : '',
    result: given.status,
    warnings: given.warnings,
  };
}

interface Fields {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patch: Uint8Array;
  readonly patchType: string | undefined;
  readonly status: JsonObject | undefined;
  readonly warnings: readonly string[];
}

function verify(review: JsonObject, { uid: answered, patch, patchType }: Fields, uid: string, mutating: boolean): void {
  if (answered !== uid) throw invalid(`expected response.uid=${goQuote(uid)}, got ${goQuote(answered)}`);
  const [apiVersion, found] = [textAt(review, 'apiVersion'), textAt(review, 'kind')];
  if (apiVersion !== `${group}/v1` || found !== kind) {
    const shown = kindText(apiVersion, found);
    throw invalid(`expected webhook response of ${group}/v1, Kind=${kind}, got ${shown}`);
  }
  if (!mutating) {
    if (patch.length > 0) throw invalid('validating webhook may not return response.patch');
    if (patchType !== undefined) throw invalid('validating webhook may not return response.patchType');
    return;
  }
  if (patch.length > 0 && patchType === undefined) {
    throw invalid('webhook returned response.patch but not response.patchType');
  }
  if (patch.length === 0 && patchType !== undefined) {
    throw invalid('webhook returned response.patchType but not response.patch');
  }
  if (patchType === '') throw invalid(`webhook returned invalid response.patchType of ""`);
}

/** Go prints no kind as `/, Kind=`. */
function kindText(apiVersion: string, name: string): string {
  const { group: of, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
  return `${of}/${version}, Kind=${name}`;
}

function reviewObject(body: Uint8Array, version: ReviewVersion): JsonObject {
  let value: JsonValue;
  try {
    value = parseJsonBytes(body);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw unreadable(`couldn't get version/kind; json parse error: ${text}`, error);
  }
  // Go leaves what it reads null into as it is.
  if (value === null) return {};
  if (!isJsonObject(value)) {
    const type =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    throw unreadable(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonTypeText(value)} into Go value of type ${type}`,
    );
  }
  const apiVersion = textAt(value, 'apiVersion') || `${group}/${version}`;
  const found = textAt(value, 'kind') || kind;
  const known = found === kind && (apiVersion === `${group}/v1` || apiVersion === `${group}/v1beta1`);
  const parsed = parseApiVersion(apiVersion) ?? { group: '', version: '' };
  if (!known) {
    throw unreadable(
      `no kind ${goQuote(found)} is registered for version ${goQuote(apiVersionOf(parsed))} in scheme "k8s.io/apiserver/pkg/util/webhook/client.go:94"`,
    );
  }
  if (parsed.version !== version) {
    throw unreadable(`converting (${parsed.version}.${kind}) to (${version}.${kind}): unknown conversion`);
  }
  return value;
}

function fieldsOf(response: JsonObject): Fields {
  const { allowed = false, patch = null, warnings = null } = response;
  if (typeof allowed !== 'boolean') throw mistyped('response.allowed', allowed, 'bool');
  if (patch !== null && typeof patch !== 'string') throw mistyped('response.patch', patch, '[]uint8');
  if (patch !== null && !/^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(patch)) {
    throw unreadable('illegal base64 data at input byte 0');
  }
  const texts = Array.isArray(warnings) ? warnings : [];
  return {
    uid: textOf(response, 'uid') ?? '',
    allowed,
    patch: Buffer.from(patch ?? '', 'base64'),
    patchType: textOf(response, 'patchType'),
    status: statusOf(response),
    warnings: texts.filter((text) => typeof text === 'string'),
  };
}

function textOf(response: JsonObject, name: string): string | undefined {
  const value = response[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw mistyped(`response.${name}`, value, 'string');
  return value;
}

function statusOf(response: JsonObject): JsonObject | undefined {
  const given = objectAt(response, 'status');
  const schema = schemaForKind({ group: '', version: 'v1', kind: 'Status' });
  if (!given || !schema) return undefined;
  try {
    return decodeObject(schema, given).object;
  } catch (error) {
    if (error instanceof DecodeError) throw unreadable(error.message, error);
    throw error;
  }
}

function mistyped(field: string, value: JsonValue, type: string): AnswerError {
  return unreadable(
    `json: cannot unmarshal ${jsonTypeText(value)} into Go struct field ${field.includes('.') ? 'AdmissionResponse' : 'AdmissionReview'}.${field} of type ${type}`,
  );
}

function unreadable(message: string, cause?: unknown): AnswerError {
  return new AnswerError(message, false, cause === undefined ? {} : { cause });
}

function invalid(message: string): AnswerError {
  return new AnswerError(message, true);
}
