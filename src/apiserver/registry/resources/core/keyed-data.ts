/** Data of ConfigMaps and Secrets. Mirrors ValidateConfigMap, ValidateSecret and their updates, v1.36. */
import { decodeJson } from '../../../../api/codec/json.ts';
import { Buffer } from 'node:buffer';
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import { equalJson } from '../../../../api/json.ts';
import { configMapKeyRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, messages } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';

type Data = Readonly<Record<string, string>>;

interface Keyed {
  readonly metadata: ObjectMeta;
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Data;
  readonly binaryData?: Data;
}

const dataBytesMax = 1024 * 1024;

export function validateConfigMap(map: Readonly<KubeObject>): FieldError[] {
  const { data = {}, binaryData = {} } = viewAs<Keyed>(map);
  const bytes = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0) + binaryBytes(binaryData);
  return [
    ...Object.keys(data).flatMap((key) => [
      ...validateKey('data', key),
      ...(Object.hasOwn(binaryData, key)
        ? [field.invalid(field.path('data').key(key), key, 'duplicate of key present in binaryData')]
        : []),
    ]),
    ...Object.keys(binaryData).flatMap((key) => validateKey('binaryData', key)),
    ...(bytes > dataBytesMax ? [field.tooLong('[]', dataBytesMax)] : []),
  ];
}

export function validateConfigMapUpdate(map: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  return [...validateFrozen(map, old, ['data', 'binaryData']), ...validateConfigMap(map)];
}

export function validateSecret(secret: Readonly<KubeObject>): FieldError[] {
  const { metadata, type = '', data = {} } = viewAs<Keyed>(secret);
  return [
    ...Object.keys(data).flatMap((key) => validateKey('data', key)),
    ...(binaryBytes(data) > dataBytesMax ? [field.tooLong('data', dataBytesMax)] : []),
    ...validateType(type, data, metadata),
  ];
}

export function validateSecretUpdate(secret: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  return [
    ...immutable(viewAs<Keyed>(secret).type, viewAs<Keyed>(old).type, 'type'),
    ...validateFrozen(secret, old, ['data']),
    ...validateSecret(secret),
  ];
}

function validateKey(name: string, key: string): FieldError[] {
  return messages(field.path(name).key(key), key, configMapKeyRule(key));
}

function binaryBytes(data: Data): number {
  return Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text, 'base64'), 0);
}

function validateFrozen(
  object: Readonly<KubeObject>,
  old: Readonly<KubeObject>,
  names: readonly string[],
): FieldError[] {
  if (!viewAs<Keyed>(old).immutable) return [];
  const text = 'field is immutable when `immutable` is set';
  return [
    ...(viewAs<Keyed>(object).immutable ? [] : [field.forbidden('immutable', text)]),
    ...names.flatMap((name) =>
      equalJson(jsonOf(object)[name] ?? {}, jsonOf(old)[name] ?? {}) ? [] : [field.forbidden(name, text)],
    ),
  ];
}

function validateType(type: string, data: Data, metadata: ObjectMeta): FieldError[] {
  const missing = (key: string) => field.required(field.path('data').key(key), '');
  const need = (...keys: readonly string[]) => keys.filter((key) => !Object.hasOwn(data, key)).map(missing);
  switch (type) {
    case 'kubernetes.io/service-account-token': {
      const key = 'kubernetes.io/service-account.name';
      const path = field.path('metadata', 'annotations').key(key);
      return metadata.annotations?.[key] ? [] : [field.required(path, '')];
    }
    case 'kubernetes.io/dockercfg':
      return validateJson('.dockercfg', data, missing);
    case 'kubernetes.io/dockerconfigjson':
      return validateJson('.dockerconfigjson', data, missing);
    case 'kubernetes.io/basic-auth': {
      const errors = need('username', 'password');
      return errors.length === 2 ? errors : [];
    }
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [missing('ssh-privatekey')];
    case 'kubernetes.io/tls':
      return need('tls.crt', 'tls.key');
    default:
      return [];
  }
}

function validateJson(key: string, data: Data, missing: (key: string) => FieldError): FieldError[] {
  const text = data[key];
  if (text === undefined) return [missing(key)];
  try {
    decodeJson(Buffer.from(text, 'base64'));
    return [];
  } catch (error) {
    const path = field.path('data').key(key);
    return [field.invalid(path, '<secret contents redacted>', error instanceof Error ? error.message : '')];
  }
}
