/** Turns a request's body into JSON, whatever its content type. Mirrors apimachinery runtime/serializer (json, protobuf). */
import type { ProtobufCodec, TypeMeta } from '../../api/codec/protobuf.ts';
import { parseKeepingNumbers } from '../../api/codec/number-texts.ts';
import { ProtobufError } from '../../api/codec/protobuf-error.ts';
import type { ApiRequest } from '../../api/exchange.ts';
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import { newUnsupportedMediaType } from '../../api/status.ts';
import { BodySyntaxError, type ParsedBody } from '../verbs/resource-handler.ts';
import { mediaTypes, type Media } from './accept.ts';
import { nestsTooDeeply, scanJson } from './go-json.ts';
import { parseYaml, YamlError } from './yaml-text.ts';

/**
 * `fallback`: the kind of a body that names none; it also says whether protobuf is spoken.
 * @throws StatusError UnsupportedMediaType, BodySyntaxError
 */
export function parseBody(request: ApiRequest, fallback: TypeMeta, codec: ProtobufCodec): ParsedBody {
  const offered: Media[] = codec.has(fallback.apiVersion, fallback.kind)
    ? ['json', 'yaml', 'protobuf']
    : ['json', 'yaml'];
  const contentType = mediaTypeOf(request.headers['content-type'] ?? '');
  const media = offered.find((candidate) => mediaTypes[candidate] === contentType);
  if (media === undefined) throw newUnsupportedMediaType(offered.map((candidate) => mediaTypes[candidate]));
  if (media === 'protobuf') return protobufBody(request.body, fallback, codec);
  const parsed = media === 'json' ? jsonBody(request.body) : yamlBody(request.body);
  checkTypeMeta(parsed.value);
  // What says nothing is an object that has nothing.
  return parsed.value === null ? { value: {}, strictErrors: [] } : parsed;
}

/** JSON with upstream's texts. The findings of strictness are looked for only when asked. */
function jsonBody(bytes: Uint8Array): ParsedBody {
  if (nestsTooDeeply(bytes))
    throw new BodySyntaxError(`${jsonErrorHead}${scanJson(bytes).error ?? 'exceeded max depth'}`);
  let value: JsonValue;
  try {
    value = parseKeepingNumbers(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch (cause) {
    const text = scanJson(bytes).error ?? 'invalid JSON';
    throw new BodySyntaxError(`${jsonErrorHead}${text}`, { cause });
  }
  let strictErrors: readonly string[] | undefined;
  return {
    value,
    get strictErrors() {
      strictErrors ??= scanJson(bytes).duplicates;
      return strictErrors;
    },
  };
}

function yamlBody(bytes: Uint8Array): ParsedBody {
  try {
    const { value, duplicates } = parseYaml(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
    const text = `yaml: unmarshal errors:\n${duplicates.map((line) => `  ${line}`).join('\n')}`;
    return { value, strictErrors: duplicates.length > 0 ? [text] : [] };
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new BodySyntaxError(cause.message, { cause });
  }
}

const jsonErrorHead = "couldn't get version/kind; json parse error: ";

function protobufBody(bytes: Uint8Array, fallback: TypeMeta, codec: ProtobufCodec): ParsedBody {
  try {
    return { value: codec.decode(bytes, fallback), strictErrors: [] };
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw new BodySyntaxError(cause.message, { cause });
  }
}

const token = /[!#$%&'*+\-.^`|~\w]+/.source;
const parameters = new RegExp(String.raw`^(\s*;\s*${token}=(${token}|"([^"\\]|\\.)*"))*[\s;]*$`);

/** Without parameters; empty when these are broken. Absent: JSON. Mirrors mime.ParseMediaType. */
function mediaTypeOf(header: string): string {
  const semicolon = header.indexOf(';');
  if (semicolon >= 0 && !parameters.test(header.slice(semicolon))) return '';
  const mediaType = (header.split(';', 1)[0] ?? '').trim().toLowerCase();
  return header === '' ? mediaTypes.json : mediaType;
}

/** Upstream reads kind and version in front of all else. */
function checkTypeMeta(value: JsonValue): void {
  if (value === null) return;
  const target =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  if (!isJsonObject(value)) {
    throw new BodySyntaxError(
      `${jsonErrorHead}json: cannot unmarshal ${goKind(value)} into Go value of type ${target}`,
    );
  }
  for (const name of ['apiVersion', 'kind']) {
    const inner = value[name] ?? null;
    if (inner === null || typeof inner === 'string') continue;
    const text = `json: cannot unmarshal ${goKind(inner)} into Go struct field .${name} of type string`;
    throw new BodySyntaxError(`${jsonErrorHead}${text}`);
  }
}

function goKind(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
