/**
 * What kubectl's own two ways to apply know of each other: the annotation that client-side apply keeps counts as ownership, and stays
 * up to date. Only for the manager named `kubectl`. Mirrors apimachinery util/managedfields/internal lastappliedmanager.go and
 * lastappliedupdater.go.
 */
import { parseJson } from '../../../api/codec/parse-json.ts';
import { goJson } from '../../../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { compareValues } from '../../../patch/apply/compare.ts';
import type { FieldSet } from '../../../patch/apply/field-set.ts';
import { ConflictsError } from '../../../patch/apply/managers.ts';
import { fieldSetOf } from '../../../patch/apply/to-field-set.ts';
import { TypedError } from '../../../patch/apply/typed-error.ts';
import { validateValue } from '../../../patch/apply/validate-value.ts';
import { applyObject, type AppliedObject, type ManagedApply } from './managed-fields.ts';
import type { ManagedScope } from './scope.ts';
import { annotationsTooLong } from '../object-metadata.ts';

const kubectl = 'kubectl';
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** {@link applyObject}, for whoever applies. Throws the same. */
export function applyAs(apply: ManagedApply): AppliedObject {
  const { manager, live, config } = apply;
  if (manager !== kubectl) return applyObject(apply);
  const applied = applyUpgraded(apply);
  // Objects are plain JSON.
  const object = applied.object ?? (live as JsonObject | undefined);
  const updated = withLastApplied(object, config);
  return updated === undefined ? applied : { ...applied, object: updated };
}

/** Conflicts about what client-side apply wrote, and nobody has changed since, are none. */
function applyUpgraded(apply: ManagedApply): AppliedObject {
  try {
    return applyObject(apply);
  } catch (error) {
    if (!(error instanceof ConflictsError)) throw error;
    const own = apply.live && ownedByLastApplied(apply.scope, apply.live);
    if (!own) throw error;
    const left = error.conflicts.filter(({ path }) => !own.has(path));
    if (left.length > 0) throw new ConflictsError(left);
    return applyObject({ ...apply, force: true });
  }
}

/** `undefined`: the annotation is missing, or says nothing that can be used. */
function ownedByLastApplied(scope: ManagedScope, live: Readonly<KubeObject>): FieldSet | undefined {
  const text = live.metadata.annotations?.[annotation] ?? '';
  const last = parse(text);
  if (!last || last['apiVersion'] !== scope.apiVersion || last['kind'] !== scope.gvk.kind) return undefined;
  try {
    validateValue(scope.schema, last);
    // Objects are plain JSON.
    const compared = compareValues(scope.schema, last, live as JsonValue);
    return fieldSetOf(scope.schema, last)
      .difference(compared.modified)
      .difference(compared.added)
      .difference(compared.removed);
  } catch (error) {
    if (error instanceof TypedError) return undefined;
    throw error;
  }
}

/** `undefined`: there is no annotation to update. */
function withLastApplied(object: JsonValue | undefined, config: JsonObject): JsonObject | undefined {
  if (!isJsonObject(object)) return undefined;
  const metadata = objectOf(object['metadata']);
  const annotations = objectOf(metadata['annotations']);
  if (typeof annotations[annotation] !== 'string' || annotations[annotation] === '') return undefined;
  const next: JsonObject = { ...annotations, [annotation]: lastAppliedText(config) };
  const texts = Object.entries(next).map(([key, value]) => [key, typeof value === 'string' ? value : '']);
  if (annotationsTooLong(Object.fromEntries(texts))) delete next[annotation];
  return { ...object, metadata: { ...metadata, annotations: next } };
}

function lastAppliedText(config: JsonObject): string {
  const metadata = objectOf(config['metadata']);
  const annotations = metadata['annotations'];
  if (!isJsonObject(annotations)) return `${goJson(sorted(config))}\n`;
  const { [annotation]: _, ...rest } = annotations;
  return `${goJson(sorted({ ...config, metadata: { ...metadata, annotations: rest } }))}\n`;
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key] ?? null)]),
  );
}

function parse(text: string): JsonObject | undefined {
  if (text === '') return undefined;
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
