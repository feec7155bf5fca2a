/** Turns a request's body into JSON, whatever its content type. Mirrors apimachinery runtime/serializer (json, protobuf). */
import {
  DecodeError,
  decodeCustomJson,
  decodeTypedJson,
  readTypeMeta,
  typeMetaErrorPrefix,
} from '../../api/codec/json.ts';
import { duplicateFieldErrors, fieldErrorsInOrder } from '../../api/codec/json-duplicates.ts';
import type { ProtobufCodec, TypeMeta } from '../../api/codec/protobuf.ts';
import { ProtobufError } from '../../api/codec/protobuf-error.ts';
import { decodeYaml } from '../../api/codec/yaml.ts';
import type { ApiRequest } from '../../api/exchange.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { newUnsupportedMediaType } from '../../api/status.ts';
import { BodySyntaxError, type ParsedBody } from '../verbs/resource-handler.ts';
import { mediaTypes, type Media } from './accept.ts';

/**
 * `fallback`: the kind of a body that names none; it also says whether protobuf is spoken.
 * @throws StatusError UnsupportedMediaType, BodySyntaxError
 */
export async function parseBody(request: ApiRequest, fallback: TypeMeta, codec: ProtobufCodec): Promise<ParsedBody> {
  const offered: Media[] = codec.has(fallback.apiVersion, fallback.kind)
    ? ['json', 'yaml', 'protobuf']
    : ['json', 'yaml'];
  const contentType = mediaTypeOf(request.headers['content-type'] ?? '');
  const media = offered.find((candidate) => mediaTypes[candidate] === contentType);
  if (media === undefined) throw newUnsupportedMediaType(offered.map((candidate) => mediaTypes[candidate]));
  switch (media) {
    case 'json':
      return jsonBody(request.body, offered.includes('protobuf'));
    case 'yaml':
      return yamlBody(request.body);
    case 'protobuf':
      return protobufBody(request.body, fallback, codec);
  }
}

/** JSON with upstream's texts. The findings of strictness are looked for only when asked. */
function jsonBody(bytes: Uint8Array, typed: boolean): ParsedBody {
  const decode = typed ? decodeTypedJson : decodeCustomJson;
  const value = objectOf(syntaxOf(() => decode(bytes), typeMetaErrorPrefix));
  let strictErrors: readonly string[] | undefined;
  return {
    value,
    get strictErrors() {
      strictErrors ??= duplicateFieldErrors(bytes);
      return strictErrors;
    },
    ...(typed ? { strictErrorsWith: (unknown) => fieldErrorsInOrder(bytes, unknown) } : {}),
  };
}

async function yamlBody(bytes: Uint8Array): Promise<ParsedBody> {
  const { value, strictError } = await decodeYaml(bytes).catch((error: unknown) => refuse(error, ''));
  return { value: objectOf(value), strictErrors: strictError === undefined ? [] : [strictError] };
}

function protobufBody(bytes: Uint8Array, fallback: TypeMeta, codec: ProtobufCodec): ParsedBody {
  return { value: syntaxOf(() => codec.decode(bytes, fallback), ''), strictErrors: [] };
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

/** Upstream reads kind and version in front of all else. What says nothing is an object that has nothing. */
function objectOf(value: JsonValue): JsonObject {
  syntaxOf(() => readTypeMeta(value), typeMetaErrorPrefix);
  return isJsonObject(value) ? value : {};
}

function syntaxOf<T>(read: () => T, prefix: string): T {
  try {
    return read();
  } catch (error) {
    return refuse(error, prefix);
  }
}

function refuse(error: unknown, prefix: string): never {
  if (error instanceof DecodeError || error instanceof ProtobufError) {
    throw new BodySyntaxError(`${prefix}${error.message}`, { cause: error });
  }
  throw error;
}
