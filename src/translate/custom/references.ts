/** What custom objects name, by their rules. A name that could be none on the host is refused: some controllers read `other-namespace/name`. Pure. */
import { dns1123Subdomain } from '../../api/names.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { placesOf, type FieldPath, type Place as FieldPlace } from './field-path.ts';
import { PatchError, type Reference } from './rules.ts';

export interface NamedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Asked at each place; what it returns is written there. */
export interface Renaming {
  name(named: NamedObject): string;
  /** What stands in fields that say a namespace. */
  readonly namespace: string;
}

/** In place: `content` is the caller's own. @throws PatchError, PathError for what can't be carried */
export function renameReferences(
  content: JsonObject,
  ownNamespace: string,
  references: readonly Reference[],
  renaming: Renaming,
): void {
  for (const reference of references) {
    for (const { holder, place } of holdersOf(content, reference.path)) {
      if (!holds(holder, reference)) continue;
      const { value } = place;
      if (value === undefined || value === null || value === '') continue;
      const { text } = reference.path;
      if (typeof value !== 'string' || dns1123Subdomain(value).length > 0)
        throw new PatchError(`${text} must be the name of one of its ${reference.kind}`);
      const namespace = namespaceBeside(holder, reference) ?? ownNamespace;
      if (namespace !== ownNamespace && !reference.acrossNamespaces)
        throw new PatchError(`${text} may name ${reference.kind} of its own namespace only`);
      place.set(renaming.name({ kind: reference.kind, namespace, name: value }));
      const { namespaceField } = reference;
      if (namespaceField !== undefined && Object.hasOwn(holder, namespaceField))
        holder[namespaceField] = renaming.namespace;
    }
  }
}

/** All that it names, as far as that can be told. */
export function namedBy(object: Readonly<KubeObject>, references: readonly Reference[]): readonly NamedObject[] {
  const { namespace: own = '' } = object.metadata;
  // Plain JSON all through.
  const content = object as JsonObject;
  return references.flatMap((reference) => {
    try {
      return holdersOf(content, reference.path).flatMap(({ holder, place: { value } }): NamedObject[] => {
        if (typeof value !== 'string' || value === '' || !holds(holder, reference)) return [];
        const namespace = namespaceBeside(holder, reference) ?? own;
        if (namespace !== own && !reference.acrossNamespaces) return [];
        return [{ kind: reference.kind, namespace, name: value }];
      });
    } catch {
      // What leads to too much isn't carried, and that is told elsewhere.
      return [];
    }
  });
}

function namespaceBeside(holder: JsonObject, { namespaceField }: Reference): string | undefined {
  if (namespaceField === undefined || !Object.hasOwn(holder, namespaceField)) return undefined;
  const namespace = holder[namespaceField];
  if (namespace === null || namespace === undefined || namespace === '') return undefined;
  if (typeof namespace !== 'string') throw new PatchError(`${namespaceField} must be a text`);
  return namespace;
}

function holds(holder: JsonObject, { when = [] }: Reference): boolean {
  return when.every(({ field, values }) => {
    const value: JsonValue | undefined = Object.hasOwn(holder, field) ? holder[field] : undefined;
    return values.includes(typeof value === 'string' ? value : '');
  });
}

/** The objects in which names stand, with the place of each name. */
function holdersOf(
  content: JsonObject,
  { text, steps }: FieldPath,
): readonly { readonly holder: JsonObject; readonly place: FieldPlace }[] {
  const last = steps.at(-1) ?? '';
  // A list of names: what holds the list has no fields beside them.
  if (typeof last !== 'string')
    return placesOf(content, { text, steps }, false).map((place) => ({ holder: {}, place }));
  const parents =
    steps.length === 1
      ? [content]
      : placesOf(content, { text, steps: steps.slice(0, -1) }, false).map(({ value }) => value);
  return parents.flatMap((holder) => {
    if (!isJsonObject(holder)) return [];
    return placesOf(holder, { text, steps: [last] }, false).map((place) => ({ holder, place }));
  });
}
