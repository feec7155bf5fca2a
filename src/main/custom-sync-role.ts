/** Which custom resources go to the host, and how, from the configuration. What isn't understood is refused: a rule that is overlooked would let something through. */
import { isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import { parseLabelSelector } from '../api/label-selector-parser.ts';
import { builtinResources } from '../schema/builtin/catalog.ts';
import { definitionName, type DefinedKind } from '../syncer/custom/defined-kind.ts';
import { definedKindsSwitchedOn } from '../syncer/kinds/synced-kinds.ts';
import { isSingle, parseFieldPath, type FieldPath } from '../translate/custom/field-path.ts';
import { checkPatchPath } from '../translate/custom/patches.ts';
import type { Patch, PatchOperation, Reference, Selection } from '../translate/custom/rules.ts';
import type { TenantConfig } from './role-config.ts';
import { checkExpression, checkPattern, runnableExpression, runnableReplacement } from './custom-expressions.ts';

const rulesMax = 64;
const textLengthMax = 4_096;

/** All that come from definitions: those with built-in tables that are switched on, and those that the operator describes. */
export function allDefinedKinds({
  sync,
  syncResources,
}: Pick<TenantConfig, 'sync' | 'syncResources'>): readonly DefinedKind[] {
  const own = definedKindsOf(syncResources);
  const isOwn = (kind: DefinedKind): boolean => own.some((one) => definitionName(one) === definitionName(kind));
  return [...own, ...definedKindsSwitchedOn(sync).filter((kind) => !isOwn(kind))];
}

/**
 * `syncResources` of a tenant: `[{"resource": "crontabs.example.com", "patches": […], "references": […], "selectors": […], "selector": "a=b"}]`.
 * `check`: expressions are compiled now, so that who writes them hears of what is wrong.
 * @throws Error in words for who wrote it
 */
export function definedKindsOf(given: unknown, check = false): readonly DefinedKind[] {
  if (given === undefined) return [];
  const kinds = listOf('syncResources', given).map((entry) => definedKindOf(entry, check));
  const names = kinds.map(({ group, plural }) => `${plural}.${group}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${twice} is twice in syncResources`);
  return kinds;
}

/**
 * As it stands in a configuration, every expression tried.
 * @throws Error in words for who wrote it
 */
export function checkSyncResources(given: unknown): readonly JsonObject[] {
  definedKindsOf(given, true);
  return listOf('syncResources', given);
}

function definedKindOf(entry: JsonObject, check: boolean): DefinedKind {
  onlyKnown('a custom resource', entry, ['resource', 'scope', 'selector', 'patches', 'references', 'selectors']);
  const named = resourceOf(textOf(entry, 'resource'));
  const scope = entry['scope'] ?? 'Namespaced';
  if (scope !== 'Namespaced' && scope !== 'Cluster') throw new Error(`${named.plural}: scope is Namespaced or Cluster`);
  const { selector } = entry;
  if (selector !== undefined) parseLabelSelector(textOf(entry, 'selector'));
  const patches = listOf('patches', entry['patches'] ?? []).map((patch) => ({
    direction: directionOf(patch),
    patch: patchOf(patch, check),
  }));
  const inDirection = (wanted: string): Patch[] =>
    patches.flatMap(({ direction, patch }) => (direction === wanted ? [patch] : []));
  const fromHost = inDirection('fromHost');
  const several = fromHost.find(({ path }) => path.steps[0] !== 'status' && !isSingle(path));
  if (several)
    throw new Error(`"${several.path.text}" can't come from the host: beside the status, only single fields can`);
  return {
    ...named,
    ...(scope === 'Cluster' ? { scope } : {}),
    ...(typeof selector === 'string' ? { selector } : {}),
    rules: {
      toHost: inDirection('toHost'),
      fromHost,
      references: listOf('references', entry['references'] ?? []).map(referenceOf),
      selections: listOf('selectors', entry['selectors'] ?? []).map(selectionOf),
    },
  };
}

const label = '[a-z]([-a-z0-9]{0,61}[a-z0-9])?';
const pluralPattern = new RegExp(`^${label}$`);
const groupPattern = new RegExp(String.raw`^${label}(\.${label})+$`);

/** `crontabs.example.com` or `example.com/v1/crontabs`. Kubernetes' own have kinds of their own, or are nobody's to write. */
export function resourceOf(text: string): { group: string; plural: string; version?: string } {
  const [, plural = '', group = ''] = /^([^./]+)\.([^/]+)$/.exec(text) ?? [];
  const found = plural === '' ? slashed(text) : { plural, group };
  if (!pluralPattern.test(found.plural) || !groupPattern.test(found.group))
    throw new Error(`"${text}" is no custom resource: it is written crontabs.example.com or example.com/v1/crontabs`);
  if (builtinResources().some((builtin) => builtin.group === found.group) || found.group.endsWith('sublet.dev'))
    throw new Error(`"${text}" is no custom resource`);
  return found;
}

function slashed(text: string): { group: string; plural: string; version: string } {
  const [group = '', version = '', plural = ''] = text.split('/');
  return { group, plural, version };
}

function directionOf(patch: JsonObject): string {
  const direction = patch['direction'] ?? 'toHost';
  if (direction !== 'toHost' && direction !== 'fromHost')
    throw new Error('a patch has the direction toHost or fromHost');
  return direction;
}

function patchOf(patch: JsonObject, check: boolean): Patch {
  onlyKnown('a patch', patch, ['path', 'direction', 'expression', 'value', 'pattern', 'replacement', 'remove']);
  const path = pathOf(patch);
  checkPatchPath(path);
  const said = ['expression', 'value', 'pattern', 'remove'].filter((field) => patch[field] !== undefined);
  if (said.length !== 1)
    throw new Error(`the patch of "${path.text}" has one of: expression, value, pattern (with replacement), remove`);
  return { path, operation: operationOf(patch, check) };
}

function operationOf(patch: JsonObject, check: boolean): PatchOperation {
  const { expression, value, pattern, remove } = patch;
  if (expression !== undefined) {
    const text = textOf(patch, 'expression');
    if (check) checkExpression(text);
    return { type: 'expression', evaluate: runnableExpression(text) };
  }
  if (pattern !== undefined) {
    const text = textOf(patch, 'pattern');
    if (check) checkPattern(text);
    return { type: 'replace', replace: runnableReplacement(text, textOf(patch, 'replacement')) };
  }
  if (value !== undefined) return { type: 'value', value };
  if (remove !== true) throw new Error('"remove" of a patch is true, or not there');
  return { type: 'remove' };
}

function referenceOf(entry: JsonObject): Reference {
  onlyKnown('a reference', entry, ['path', 'kind', 'namespaceField', 'acrossNamespaces']);
  const { acrossNamespaces, namespaceField } = entry;
  const path = pathOf(entry);
  if (path.steps[0] === 'metadata' || path.steps[0] === 'status')
    throw new Error(`"${path.text}" is no place for a reference`);
  return {
    path,
    kind: textOf(entry, 'kind'),
    ...(namespaceField === undefined ? {} : { namespaceField: textOf(entry, 'namespaceField') }),
    ...(acrossNamespaces === true ? { acrossNamespaces } : {}),
  };
}

function selectionOf(entry: JsonObject): Selection {
  onlyKnown('a selector', entry, ['path', 'type']);
  const type = entry['type'] ?? 'selector';
  if (type !== 'selector' && type !== 'map' && type !== 'labels')
    throw new Error('the type of a selector is selector, map or labels');
  const path = pathOf(entry);
  if (path.steps[0] === 'metadata' || path.steps[0] === 'status')
    throw new Error(`"${path.text}" is no place for a selector`);
  return { path, type };
}

function pathOf(entry: JsonObject): FieldPath {
  return parseFieldPath(textOf(entry, 'path'));
}

function listOf(what: string, given: unknown): readonly JsonObject[] {
  if (!Array.isArray(given) || given.length > rulesMax) throw new Error(`${what} is a list of at most ${rulesMax}`);
  return given.map((entry: unknown) => {
    if (!isJsonObject(entry)) throw new Error(`${what} is a list of objects`);
    return entry;
  });
}

function textOf(entry: JsonObject, field: string): string {
  const value: JsonValue | undefined = entry[field];
  if (typeof value !== 'string' || value === '' || value.length > textLengthMax)
    throw new Error(`"${field}" must be a text of at most ${textLengthMax} characters`);
  return value;
}

function onlyKnown(what: string, entry: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(entry).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Error(`${what} has no "${unknown}"; it has ${known.join(', ')}`);
}
