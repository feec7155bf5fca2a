/**
 * Bodies of patches: decoded and checked as apiserver endpoints/handlers/patch.go does it. `checked`: field validation is Warn or
 * Strict, so that what is wrong with the patch itself is reported too (and some errors are worded otherwise).
 */
import { decodeJson, DecodeError } from '../api/codec/json.ts';
import { duplicateFieldErrors } from '../api/codec/json-duplicates.ts';
import { jsonTypeText } from '../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import { newBadRequest } from '../api/status.ts';

export interface DecodedPatch<T extends JsonValue> {
  readonly patch: T;
  /** For warnings, or for the answer of Strict: `duplicate field "spec.replicas"`. Empty when not `checked`. */
  readonly strictErrors: readonly string[];
}

/** Of `application/merge-patch+json`. @throws StatusError */
export function decodeMergePatch(body: Uint8Array, checked: boolean): DecodedPatch<JsonValue> {
  const patch = decode(body, checked ? 'error decoding patch: ' : '', () => 'Invalid JSON Patch', checked);
  if (checked && patch !== null && !isJsonObject(patch)) {
    throw newBadRequest(`error decoding patch: ${wrongType(patch, 'map[string]interface {}')}`);
  }
  if (patch === null || (typeof patch !== 'object' && !checked)) throw newBadRequest('Invalid JSON Patch');
  return { patch, strictErrors: strictErrors(body, checked) };
}

/** Of `application/strategic-merge-patch+json`. @throws StatusError */
export function decodeStrategicMergePatch(body: Uint8Array, checked: boolean): DecodedPatch<JsonObject> {
  const patch = decode(body, '', (message) => message, checked);
  if (patch === null) return { patch: {}, strictErrors: [] };
  if (!isJsonObject(patch)) throw newBadRequest(wrongType(patch, 'map[string]interface {}'));
  return { patch, strictErrors: strictErrors(body, checked) };
}

/** What encoding/json says when a value doesn't fit into a Go type. */
export function wrongType(value: JsonValue, goType: string): string {
  return `json: cannot unmarshal ${jsonTypeText(value)} into Go value of type ${goType}`;
}

function decode(
  body: Uint8Array,
  prefix: string,
  uncheckedText: (message: string) => string,
  checked: boolean,
): JsonValue {
  try {
    return decodeJson(body);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw newBadRequest(checked ? `${prefix}${error.message}` : uncheckedText(error.message));
  }
}

function strictErrors(body: Uint8Array, checked: boolean): string[] {
  return checked ? duplicateFieldErrors(body) : [];
}
