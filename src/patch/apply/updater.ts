/**
 * Server-side apply and its bookkeeping, on plain values: what an update makes of the managers of an object, and what becomes of an
 * object and its managers when a configuration is applied to it. Mirrors structured-merge-diff merge/update.go.
 */
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { Schema } from '../../schema/schema.ts';
import { compareValues, type Comparison } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { ConflictsError, type Conflict, type Managers, type OwnedFields } from './managers.ts';
import { mergeValues } from './merge-values.ts';
import { removeFields } from './remove-fields.ts';
import { reconcileWithSchema, withNamedFields } from './schema-fields.ts';
import { fieldSetOf } from './to-field-set.ts';

export interface TypedValue {
  readonly apiVersion: string;
  readonly schema: Schema;
  readonly value: JsonValue;
}

/** Between the versions of one kind. */
export interface VersionConverter {
  /** `undefined`: nobody knows the version (any more). */
  schemaOf(apiVersion: string): Schema | undefined;
  /** Only to versions that have a schema. May throw for values that can't be converted. */
  convert(value: TypedValue, apiVersion: string): TypedValue;
  /** What strategies throw away, with all below, in any version: nobody owns it. */
  resetFields(): FieldSet | undefined;
}

export interface Updated {
  readonly managers: Managers;
}

export interface Applied extends Updated {
  /** Absent: it is what it was. */
  readonly value: JsonValue | undefined;
}

/**
 * `manager` has changed the object from `live` to `next`, which are of one version. It takes what it changed from all others.
 * @throws TypedError for values without keys
 */
export function updateManagers(
  converter: VersionConverter,
  live: TypedValue,
  next: TypedValue,
  managers: Managers,
  manager: string,
): Updated {
  const known = reconcileManagers(converter, managers);
  const { compared, owners } = takeChanges(converter, live, next, known, manager, true);
  const before = owners.get(manager)?.fields ?? FieldSet.empty;
  const after = before.difference(compared.removed).union(compared.modified).union(compared.added);
  const fields = withoutReset(converter, after);
  return { managers: withOwner(owners, manager, { fields, apiVersion: live.apiVersion, applied: false }) };
}

/**
 * `manager` applies `config`, which has been validated and is of the version of `live`.
 * @throws ConflictsError unless `force`; TypedError
 */
export function applyConfig(
  converter: VersionConverter,
  live: TypedValue,
  config: TypedValue,
  managers: Managers,
  manager: string,
  force: boolean,
): Applied {
  const { apiVersion } = live;
  const known = reconcileManagers(converter, managers);
  const merged = { ...live, value: mergeValues(live.schema, live.value, config.value) };
  const fields = withoutReset(converter, fieldSetOf(config.schema, config.value));
  const last = known.get(manager);
  const owners = new Map(known).set(manager, { fields, apiVersion, applied: true });
  const next = last ? prune(converter, merged, owners, manager, last) : merged;
  const { owners: left } = takeChanges(converter, live, next, owners, manager, force);
  return { managers: left, value: equalJson(live.value, next.value) ? undefined : next.value };
}

function withOwner(owners: Managers, manager: string, owned: OwnedFields): Managers {
  const result = new Map(owners);
  if (owned.fields.isEmpty) result.delete(manager);
  else result.set(manager, owned);
  return result;
}

interface Changes {
  /** In the version of the two values. */
  readonly compared: Comparison;
  readonly owners: Managers;
}

interface Changed {
  readonly touched: FieldSet;
  readonly removed: FieldSet;
}

/** Takes what has changed from everyone but `manager`. Mirrors Updater.update. @throws ConflictsError unless `force` */
function takeChanges(
  converter: VersionConverter,
  live: TypedValue,
  next: TypedValue,
  managers: Managers,
  manager: string,
  force: boolean,
): Changes {
  const compared = comparison(converter, live, next);
  const byVersion = new Map([[live.apiVersion, changedFields(compared)]]);
  const owners = new Map<string, OwnedFields>();
  const conflicts: Conflict[] = [];
  for (const [name, owned] of managers) {
    if (name === manager) {
      owners.set(name, owned);
      continue;
    }
    const changed = changesIn(converter, live, next, owned.apiVersion, byVersion);
    // Owners of a version that is gone are forgotten.
    if (!changed) continue;
    const taken = owned.fields.intersection(changed.touched);
    for (const path of force ? [] : taken.paths()) conflicts.push({ manager: name, path });
    owners.set(name, { ...owned, fields: owned.fields.difference(taken).difference(changed.removed) });
  }
  if (conflicts.length > 0) throw new ConflictsError(conflicts);
  for (const [name, { fields }] of owners) if (fields.isEmpty) owners.delete(name);
  return { compared, owners };
}

function changesIn(
  converter: VersionConverter,
  live: TypedValue,
  next: TypedValue,
  apiVersion: string,
  byVersion: Map<string, Changed>,
): Changed | undefined {
  let changed = byVersion.get(apiVersion);
  if (!changed) {
    if (!converter.schemaOf(apiVersion)) return undefined;
    const [left, right] = [converter.convert(live, apiVersion), converter.convert(next, apiVersion)];
    changed = changedFields(comparison(converter, left, right));
    byVersion.set(apiVersion, changed);
  }
  return changed;
}

function comparison(converter: VersionConverter, live: TypedValue, next: TypedValue): Comparison {
  const { added, modified, removed } = compareValues(live.schema, live.value, next.value);
  return {
    added: withoutReset(converter, added),
    modified: withoutReset(converter, modified),
    removed: withoutReset(converter, removed),
  };
}

function withoutReset(converter: VersionConverter, fields: FieldSet): FieldSet {
  const reset = converter.resetFields();
  return reset ? fields.recursiveDifference(reset) : fields;
}

function changedFields({ added, modified, removed }: Comparison): Changed {
  return { touched: modified.union(added), removed };
}

function reconcileManagers(converter: VersionConverter, managers: Managers): Managers {
  const result = new Map<string, OwnedFields>();
  for (const [name, owned] of managers) {
    const schema = converter.schemaOf(owned.apiVersion);
    if (!schema) continue;
    const fields = reconcileWithSchema(owned.fields, schema);
    result.set(name, fields === owned.fields ? owned : { ...owned, fields });
  }
  return result;
}

/**
 * Without the fields that `manager` applied the last time, doesn't apply any more, and nobody else owns. Items that go take along what
 * nobody owns in them. Mirrors Updater.prune.
 */
function prune(
  converter: VersionConverter,
  merged: TypedValue,
  owners: Managers,
  manager: string,
  last: OwnedFields,
): TypedValue {
  const now = owners.get(manager);
  // All of it is still owned, so all that would be taken out would be put back.
  const unchanged = now?.apiVersion === last.apiVersion && last.fields.difference(now.fields).isEmpty;
  if (last.fields.isEmpty || unchanged || !converter.schemaOf(last.apiVersion)) return merged;
  const whole = converted(converter, merged, last.apiVersion);
  const named = withNamedFields(last.fields, whole.schema);
  const bare = { ...whole, value: removeFields(whole.schema, whole.value, named) };
  const owned = converted(converter, addBackOwned(converter, whole, bare, owners), last.apiVersion);
  const ownedSet = withNamedFields(fieldSetOf(owned.schema, owned.value), owned.schema);
  const wholeSet = withNamedFields(fieldSetOf(whole.schema, whole.value), whole.schema);
  // What nobody owned before stays, but for what stood in items that have gone.
  const gone = wholeSet.difference(ownedSet).intersection(named);
  const pruned = { ...whole, value: removeFields(whole.schema, whole.value, gone) };
  return converted(converter, pruned, merged.apiVersion);
}

/** Mirrors Updater.addBackOwnedItems: the version of `bare` first, since others may need its fields to be converted. */
function addBackOwned(converter: VersionConverter, whole: TypedValue, bare: TypedValue, owners: Managers): TypedValue {
  const byVersion = new Map([[bare.apiVersion, FieldSet.empty]]);
  for (const { apiVersion, fields } of owners.values()) {
    byVersion.set(apiVersion, (byVersion.get(apiVersion) ?? FieldSet.empty).union(fields));
  }
  let [merged, pruned] = [whole, bare];
  for (const [apiVersion, fields] of byVersion) {
    if (fields.isEmpty || !converter.schemaOf(apiVersion)) continue;
    merged = converted(converter, merged, apiVersion);
    pruned = converted(converter, pruned, apiVersion);
    const { schema } = merged;
    const kept = withNamedFields(fieldSetOf(schema, pruned.value), schema).union(withNamedFields(fields, schema));
    const gone = withNamedFields(fieldSetOf(schema, merged.value), schema).difference(kept);
    pruned = { ...merged, value: removeFields(schema, merged.value, gone) };
  }
  return pruned;
}

function converted(converter: VersionConverter, value: TypedValue, apiVersion: string): TypedValue {
  return value.apiVersion === apiVersion ? value : converter.convert(value, apiVersion);
}
