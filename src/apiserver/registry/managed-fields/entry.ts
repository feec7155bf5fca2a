/**
 * `metadata.managedFields` as stored, and as what the pure core of server-side apply works on: managers by identifier, and when each
 * has last changed something. Mirrors apimachinery util/managedfields/internal managedfields.go.
 */
import { parseJson } from '../../../api/codec/parse-json.ts';
import { goJson } from '../../../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import { textAt } from '../../../api/json-fields.ts';
import { decodeFieldsV1, encodeFieldsV1 } from '../../../patch/apply/fields-v1.ts';
import type { Managers, OwnedFields } from '../../../patch/apply/managers.ts';
import { compareText, PathElementError } from '../../../patch/apply/path-element.ts';

/** What makes a manager another one. */
export interface ManagerIdentity {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
}

export interface Managed {
  readonly owners: Managers;
  /** RFC 3339, to the second; by the manager's identifier. */
  readonly times: ReadonlyMap<string, string>;
}

/** Somebody's managed fields make no sense. */
export class ManagedFieldsError extends Error {
  override readonly name = 'ManagedFieldsError';
}

export const noManaged: Managed = { owners: new Map(), times: new Map() };

/** Those who apply have one identity in all versions. Mirrors BuildManagerIdentifier, whose texts messages are sorted by. */
export function managerIdentifier({ manager, operation, apiVersion, subresource }: ManagerIdentity): string {
  return goJson({
    ...(manager === '' ? {} : { manager }),
    operation,
    ...(operation === 'Apply' || apiVersion === '' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  });
}

/** The way back; `apiVersion` is empty for those who apply. */
export function managerIdentity(identifier: string): ManagerIdentity {
  // Of our own making.
  const object = parseJson(identifier) as JsonObject;
  return {
    manager: textAt(object, 'manager'),
    operation: object['operation'] === 'Apply' ? 'Apply' : 'Update',
    apiVersion: textAt(object, 'apiVersion'),
    subresource: textAt(object, 'subresource'),
  };
}

/** @throws ManagedFieldsError */
export function decodeManagedFields(entries: JsonValue | undefined): Managed {
  if (!Array.isArray(entries) || entries.length === 0) return noManaged;
  const owners = new Map<string, OwnedFields>();
  const times = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    const object = isJsonObject(entry) ? entry : {};
    const identity = identityOf(object, index);
    const identifier = managerIdentifier(identity);
    owners.set(identifier, {
      fields: decodeFields(object['fieldsV1']),
      apiVersion: identity.apiVersion,
      applied: identity.operation === 'Apply',
    });
    const time = textAt(object, 'time');
    if (time === '') times.delete(identifier);
    else times.set(identifier, time);
  }
  return { owners, times };
}

/** `undefined`: nobody manages anything. In upstream's order: by operation, time and name. */
export function encodeManagedFields({ owners, times }: Managed): JsonObject[] | undefined {
  if (owners.size === 0) return undefined;
  return [...owners]
    .map(([identifier, { fields, apiVersion, applied }]) => {
      const { manager, operation, subresource } = managerIdentity(identifier);
      const time = times.get(identifier) ?? '';
      const key = { manager, operation: applied ? ('Apply' as const) : operation, apiVersion, subresource };
      return { key, seconds: secondsOf(time), entry: entryOf(key, time, encodeFieldsV1(fields)) };
    })
    .sort(
      (left, right) =>
        compareText(left.key.operation, right.key.operation) ||
        left.seconds - right.seconds ||
        compareText(left.key.manager, right.key.manager) ||
        compareText(left.key.apiVersion, right.key.apiVersion) ||
        compareText(left.key.subresource, right.key.subresource),
    )
    .map(({ entry }) => entry);
}

/** The client wants them gone: an empty list, or a list of one empty entry. Mirrors isResetManagedFields. */
export function isManagedFieldsReset(entries: JsonValue | undefined): boolean {
  if (!Array.isArray(entries)) return false;
  const [first] = entries;
  return entries.length === 0 || (entries.length === 1 && isJsonObject(first) && Object.keys(first).length === 0);
}

/** Seconds since the epoch; 0: no time. */
export function secondsOf(time: string): number {
  return time === '' ? 0 : Math.floor(Date.parse(time) / 1000);
}

function identityOf(entry: JsonObject, index: number): ManagerIdentity {
  const operation = entry['operation'];
  if (operation !== 'Apply' && operation !== 'Update') {
    throw new ManagedFieldsError('operation must be `Apply` or `Update`');
  }
  const apiVersion = textAt(entry, 'apiVersion');
  if (apiVersion === '') throw new ManagedFieldsError('apiVersion must not be empty');
  const fieldsType = textAt(entry, 'fieldsType');
  if (fieldsType === '') throw new ManagedFieldsError(`missing fieldsType in managed fields entry ${index}`);
  if (fieldsType !== 'FieldsV1') {
    throw new ManagedFieldsError(`invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`);
  }
  return { manager: textAt(entry, 'manager'), operation, apiVersion, subresource: textAt(entry, 'subresource') };
}

function decodeFields(fields: JsonValue | undefined) {
  try {
    return decodeFieldsV1(fields);
  } catch (error) {
    if (!(error instanceof PathElementError)) throw error;
    throw new ManagedFieldsError(`error decoding versioned set: error decoding set: ${error.message}`, {
      cause: error,
    });
  }
}

/** In the order of upstream's JSON. */
function entryOf(key: ManagerIdentity, time: string, fieldsV1: JsonObject): JsonObject {
  return {
    ...(key.manager === '' ? {} : { manager: key.manager }),
    operation: key.operation,
    apiVersion: key.apiVersion,
    ...(time === '' ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(key.subresource === '' ? {} : { subresource: key.subresource }),
  };
}
