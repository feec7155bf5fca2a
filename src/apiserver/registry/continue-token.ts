/** Where the next chunk of a list begins: upstream's token. Mirrors apiserver storage DecodeContinue and EncodeContinue. */
import { posix } from 'node:path';
import { decodeJson, DecodeError } from '../../api/codec/json.ts';
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import { newBadRequest, type StatusError } from '../../api/status.ts';

export interface ContinueToken {
  /** The list goes on at this revision; negative: at the newest, whatever that does to consistency. */
  readonly revision: number;
  /** The last key that was listed. */
  readonly after: string;
}

const version = 'meta.k8s.io/v1';
/** The next possible key after one: itself and a zero byte. */
const successor = '\0';

/** `prefix`: of all keys of the list. */
export function encodeContinue({ revision, after }: ContinueToken, prefix: string): string {
  const start = `${after.slice(prefix.length)}${successor}`;
  return Buffer.from(JSON.stringify({ v: version, rv: revision, start })).toString('base64url');
}

/** Throws BadRequest with upstream's texts. */
export function decodeContinue(text: string, prefix: string): ContinueToken {
  const token = parseToken(text);
  if (token['v'] !== version) {
    throw invalid(`continue key is not valid: server does not recognize this encoded version ${goText(token['v'])}`);
  }
  const { rv, start } = token;
  if (typeof rv !== 'number' || rv === 0) {
    throw invalid('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof start !== 'string' || start === '') {
    throw invalid('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)');
  }
  // Nobody reaches above the prefix.
  const key = start.startsWith('/') ? start : `/${start}`;
  if (posix.normalize(key) !== key || !key.endsWith(successor)) throw invalid(`continue key is not valid: ${start}`);
  return { revision: rv, after: prefix + key.slice(1, -successor.length) };
}

function parseToken(text: string): Record<string, JsonValue> {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) {
    const at = /[^A-Za-z0-9_-]/.exec(text)?.index ?? 0;
    throw invalid(`continue key is not valid: illegal base64 data at input byte ${at}`);
  }
  try {
    const value = decodeJson(Buffer.from(text, 'base64url'));
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw invalid(`continue key is not valid: ${error.message}`);
  }
  throw invalid('continue key is not valid: json: cannot unmarshal into Go value of type storage.continueToken');
}

function goText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function invalid(problem: string): StatusError {
  return newBadRequest(`invalid continue token: ${problem}`);
}
