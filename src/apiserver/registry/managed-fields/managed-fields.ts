/**
 * Who manages which fields of an object after it has been written, and server-side apply. Mirrors apimachinery
 * util/managedfields/internal: the chain that NewDefaultFieldManager makes (versioncheck, skipnonapplied, capmanagers,
 * buildmanagerinfo, managedfieldsupdater, stripmeta, structuredmerge), without what only kubectl gets (see last-applied).
 */
import { parseApiVersion } from '../../../api/gvk.ts';
import { textAt } from '../../../api/json-fields.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../../api/object.ts';
import { failure, newBadRequest, StatusError } from '../../../api/status.ts';
import { FieldSet } from '../../../patch/apply/field-set.ts';
import type { Managers } from '../../../patch/apply/managers.ts';
import { TypedError } from '../../../patch/apply/typed-error.ts';
import { applyConfig, updateManagers, type TypedValue } from '../../../patch/apply/updater.ts';
import { validateValue } from '../../../patch/apply/validate-value.ts';
import { timestamp } from '../../../lib/clock.ts';
import { zeroValue } from '../../../schema/go-zero.ts';
import type { ObjectSchema } from '../../../schema/schema.ts';
import { capUpdateManagers } from './cap.ts';
import {
  decodeManagedFields,
  encodeManagedFields,
  isManagedFieldsReset,
  ManagedFieldsError,
  managerIdentifier,
  noManaged,
  type Managed,
} from './entry.ts';
import { withConversions, type ManagedScope } from './scope.ts';

export interface ManagedUpdate {
  readonly scope: ManagedScope;
  /** As stored, in the scope's version; absent: it is being created. */
  readonly live: Readonly<KubeObject> | undefined;
  /** As the client wants it: decoded and defaulted, in the scope's version, before strategies take their part. */
  readonly next: Readonly<KubeObject>;
  /** The field manager; empty: unknown. */
  readonly manager: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ManagedApply {
  readonly scope: ManagedScope;
  readonly live: Readonly<KubeObject> | undefined;
  /** As the client wrote it. */
  readonly config: JsonObject;
  readonly manager: string;
  readonly force: boolean;
  readonly now: number;
}

export interface AppliedObject {
  /** In the scope's version, not decoded yet. Absent: the object stays what it is. */
  readonly object: JsonValue | undefined;
  readonly managedFields: JsonObject[] | undefined;
}

/** `metadata.managedFields` after an update; `undefined`: none. Never throws: what can't be tracked isn't. Mirrors UpdateNoErrors. */
export function managedFieldsAfterUpdate(update: ManagedUpdate): JsonObject[] | undefined {
  const { scope, live, next } = update;
  const managed = managedBefore(scope, live, next);
  // Who has switched it off gets it back with the first apply.
  if (managed.owners.size === 0 && live?.metadata.uid) return undefined;
  try {
    return encodeManagedFields(afterUpdate(update, managed));
  } catch (error) {
    if (error instanceof TypedError) return undefined;
    throw error;
  }
}

/** The same where versions may have to be converted by webhooks. Never throws for what they do. */
export async function trackUpdate(update: ManagedUpdate): Promise<JsonObject[] | undefined> {
  try {
    return await withConversions(() => managedFieldsAfterUpdate(update));
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

/**
 * @throws ConflictsError unless `force`, whose managers are identifiers; StatusErrors for what can't be applied
 */
export function applyObject({ scope, live, config, manager, force, now }: ManagedApply): AppliedObject {
  const before = liveManaged(live);
  checkConfig(scope, config);
  let managed = before;
  if (managed.owners.size === 0 && live) {
    const update = { scope, live: undefined, next: live, manager: 'before-first-apply', now };
    managed = afterUpdate(update, managed);
  }
  const { apiVersion, schema, subresource } = scope;
  const identifier = managerIdentifier({ manager: manager || 'unknown', operation: 'Apply', apiVersion, subresource });
  const typed: TypedValue = { apiVersion, schema, value: config };
  const liveValue = typedValue(scope, live);
  const applied = trackable(scope, config, () =>
    applyConfig(scope.converter, liveValue, typed, managed.owners, identifier, force),
  );
  const times = new Map(managed.times);
  if (applied.value !== undefined) times.set(identifier, timestamp(now));
  const owners = withoutSystemFields(applied.managers, identifier);
  return { object: applied.value, managedFields: encodeManagedFields({ owners, times }) };
}

/**
 * `next` with the times of `old` where nothing else has changed, so that nothing is written. May mutate. Mirrors fieldmanager
 * IgnoreManagedFieldsTimestampsTransformer.
 * @param same whether all but the managed fields is the same
 */
export function keepManagedTimes(next: ObjectMeta, old: Readonly<ObjectMeta>, same: () => boolean): void {
  const [after, before] = [next['managedFields'], old['managedFields']];
  if (!Array.isArray(after) || !Array.isArray(before) || after.length !== before.length) return;
  const entries = after.map((entry, index) => [objectOf(entry), objectOf(before[index])] as const);
  if (entries.every(([left, right]) => left['time'] === right['time'])) return;
  const timeless = (entry: JsonObject): string => JSON.stringify({ ...entry, time: null });
  if (entries.every(([left, right]) => timeless(left) === timeless(right)) && same()) next['managedFields'] = before;
}

/** What a name of an object is in upstream's own errors. */
export function describeConfig({ gvk }: ManagedScope, config: JsonObject): string {
  const metadata = objectOf(config['metadata']);
  const text = (name: string): string => (typeof metadata[name] === 'string' ? metadata[name] : '');
  return `${text('namespace')}/${text('name')}; ${gvk.group}/${gvk.version}, Kind=${gvk.kind}`;
}

function managedBefore(
  { subresource }: ManagedScope,
  live: Readonly<KubeObject> | undefined,
  next: Readonly<KubeObject>,
): Managed {
  const own = next.metadata['managedFields'];
  // Not through a back door.
  if (subresource !== '') return managedOrNone(live);
  if (isManagedFieldsReset(own)) return noManaged;
  const managed = managedOrNone(next);
  return managed.owners.size > 0 ? managed : managedOrNone(live);
}

function managedOrNone(object: Readonly<KubeObject> | undefined): Managed {
  try {
    return decodeManagedFields(object?.metadata['managedFields']);
  } catch (error) {
    if (error instanceof ManagedFieldsError) return noManaged;
    throw error;
  }
}

function liveManaged(live: Readonly<KubeObject> | undefined): Managed {
  try {
    return decodeManagedFields(live?.metadata['managedFields']);
  } catch (error) {
    if (!(error instanceof ManagedFieldsError)) throw error;
    throw failure(500, '', `failed to decode managed fields: ${error.message}`, undefined, { cause: error });
  }
}

/** Stands for the update until it is known whether it has changed anything. */
const self = 'current-operation';

function afterUpdate({ scope, live, next, manager, now }: ManagedUpdate, managed: Managed): Managed {
  const { apiVersion, subresource, converter } = scope;
  const updated = updateManagers(converter, typedValue(scope, live), typedValue(scope, next), managed.owners, self);
  const owners = new Map(withoutSystemFields(updated.managers, self));
  const times = new Map(managed.times);
  const own = owners.get(self);
  if (own) {
    const identifier = managerIdentifier({
      manager: manager || 'unknown',
      operation: 'Update',
      apiVersion,
      subresource,
    });
    const previous = owners.get(identifier);
    owners.delete(self);
    owners.set(identifier, previous ? { ...own, fields: own.fields.union(previous.fields) } : own);
    times.set(identifier, timestamp(now));
  }
  return capUpdateManagers({ owners, times });
}

const systemFields = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['f:metadata', `f:${name}`]),
);

/** Of these, `manager` can be no owner. Mirrors stripmeta.go. */
function withoutSystemFields(managers: Managers, manager: string): Managers {
  const owned = managers.get(manager);
  if (!owned) return managers;
  const fields = owned.fields.difference(systemFields);
  const result = new Map(managers);
  if (fields.isEmpty) result.delete(manager);
  else result.set(manager, { ...owned, fields });
  return result;
}

function checkConfig(scope: ManagedScope, config: JsonObject): void {
  const given = configGvk(config);
  const wanted = `${scope.gvk.group}/${scope.gvk.version}, Kind=${scope.gvk.kind}`;
  if (given !== wanted) throw newBadRequest(`invalid object type: ${given}`);
  const metadata = objectOf(config['metadata']);
  if (Array.isArray(metadata['managedFields'])) throw newBadRequest('metadata.managedFields must be nil');
  try {
    validateValue(scope.schema, config);
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    const text = `failed to create typed patch object (${describeConfig(scope, config)}): ${error.message}`;
    throw failure(500, '', text, undefined, { cause: error });
  }
}

/** As Go prints it. A group version that is none counts for the kind as well. */
function configGvk(config: JsonObject): string {
  const parsed = parseApiVersion(textAt(config, 'apiVersion'));
  if (!parsed) return '/, Kind=';
  return `${parsed.group}/${parsed.version}, Kind=${textAt(config, 'kind')}`;
}

function trackable<T>(scope: ManagedScope, config: JsonObject, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    const text = `failed to create typed live object (${describeConfig(scope, config)}): ${error.message}`;
    throw failure(500, '', text, undefined, { cause: error });
  }
}

const zeroObjects = new WeakMap<ObjectSchema, JsonValue>();

/** What isn't there is an empty object of its type, as Go has it. */
function typedValue({ apiVersion, schema }: ManagedScope, object: Readonly<KubeObject> | undefined): TypedValue {
  if (object) {
    const { managedFields: _, ...metadata } = object.metadata;
    // Objects are plain JSON.
    return { apiVersion, schema, value: { ...object, metadata } as JsonValue };
  }
  let value = zeroObjects.get(schema);
  if (value === undefined) zeroObjects.set(schema, (value = zeroValue(schema)));
  return { apiVersion, schema, value };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
