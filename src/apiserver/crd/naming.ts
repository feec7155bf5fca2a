/**
 * Names are given once in each group: who comes later waits until they are free. Mirrors apiextensions-apiserver
 * pkg/controller/status/naming_controller.go.
 */
import { goQuote } from '../../api/go-text.ts';
import { equalJson, type JsonObject } from '../../api/json.ts';
import { objectAt } from '../../api/json-fields.ts';
import type { Condition } from './conditions.ts';
import { namesOf, type Names } from './definition.ts';

export interface Naming {
  /** As the status tells them. */
  readonly acceptedNames: JsonObject;
  readonly condition: Condition;
}

/** `undefined`: the names are accepted as they are wanted. `taken`: all accepted names of the group, this definition's too. */
export function acceptNames(spec: JsonObject, status: JsonObject, taken: readonly Names[]): Naming | undefined {
  const wantedObject = objectAt(spec, 'names') ?? {};
  const acceptedObject = objectAt(status, 'acceptedNames') ?? {};
  if (equalJson(withoutEmpty(wantedObject), withoutEmpty(acceptedObject))) return undefined;
  const [wanted, accepted] = [namesOf(wantedObject), namesOf(acceptedObject)];
  const resources = new Set(taken.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]));
  const kinds = new Set(taken.flatMap(({ kind, listKind }) => [kind, listKind]));
  const given: JsonObject = { ...acceptedObject };
  let condition: Condition = {
    type: 'NamesAccepted',
    status: 'True',
    reason: 'NoConflicts',
    message: 'no conflicts found',
  };
  const give = (
    field: 'plural' | 'singular' | 'kind' | 'listKind',
    reason: string,
    used: ReadonlySet<string>,
  ): void => {
    const conflict = conflictOf(wanted[field], accepted[field], used);
    if (conflict === undefined) given[field] = wanted[field];
    else condition = refused(reason, conflict);
  };
  give('plural', 'PluralConflict', resources);
  give('singular', 'SingularConflict', resources);
  const conflicts = wanted.shortNames
    .filter((name) => !accepted.shortNames.includes(name))
    .flatMap((name) => conflictOf(name, '', resources) ?? []);
  if (conflicts.length > 0) condition = refused('ShortNamesConflict', aggregate(conflicts));
  else setList(given, 'shortNames', wanted.shortNames);
  give('kind', 'KindConflict', kinds);
  give('listKind', 'ListKindConflict', kinds);
  setList(given, 'categories', wanted.categories);
  return { acceptedNames: given, condition };
}

function refused(reason: string, message: string): Condition {
  return { type: 'NamesAccepted', status: 'False', reason, message };
}

function conflictOf(wanted: string, accepted: string, used: ReadonlySet<string>): string | undefined {
  return wanted === accepted || !used.has(wanted) ? undefined : `${goQuote(wanted)} is already in use`;
}

function aggregate(messages: readonly string[]): string {
  const all = [...new Set(messages)];
  return all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`;
}

function setList(object: JsonObject, name: string, values: readonly string[]): void {
  if (values.length > 0) object[name] = [...values];
  else delete object[name];
}

function withoutEmpty(names: JsonObject): JsonObject {
  const kept = Object.entries(names).filter(
    ([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept);
}
