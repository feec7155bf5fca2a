/**
 * What becomes of a stored bootstrap role or binding: what is missing comes back, what users added stays, and who says
 * `autoupdate: "false"` is left alone. Mirrors component-helpers auth/rbac/reconciliation (without removal of what is too much). Pure.
 */
import { cloneJson, equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import { objectsAt } from '../../../api/json-fields.ts';
import type { KubeObject } from '../../../api/object.ts';
import { missingRules } from '../rule-covers.ts';
import { rulesOf } from '../stored-role.ts';

const autoUpdate = 'rbac.authorization.kubernetes.io/autoupdate';

export type Reconciliation =
  | { readonly action: 'none' }
  | { readonly action: 'update'; readonly object: KubeObject }
  /** A binding to another role can't be changed: it is deleted and made again. */
  | { readonly action: 'recreate' };

/** @throws TooManyRulesError */
export function reconciledRole(stored: Readonly<KubeObject>, expected: Readonly<KubeObject>): Reconciliation {
  if (isProtected(stored)) return { action: 'none' };
  const object = withExpectedMetadata(stored, expected);
  const wanted = jsonOf(expected);
  const missing = missingRules(rulesOf(stored), rulesOf(expected));
  if (missing.length > 0) {
    // Rules are plain lists of texts.
    object['rules'] = [...objectsAt(jsonOf(stored), 'rules'), ...(missing as unknown as JsonObject[])];
  }
  const selectors = selectorsOf(stored);
  if (isJsonObject(wanted['aggregationRule'])) {
    const absent = selectorsOf(expected).filter((selector) => !selectors.some((one) => equalJson(one, selector)));
    if (absent.length > 0) object['aggregationRule'] = { clusterRoleSelectors: [...selectors, ...absent] };
  } else delete object['aggregationRule'];
  return changed(stored, object);
}

export function reconciledBinding(stored: Readonly<KubeObject>, expected: Readonly<KubeObject>): Reconciliation {
  if (isProtected(stored)) return { action: 'none' };
  if (!equalJson(jsonOf(stored)['roleRef'], jsonOf(expected)['roleRef'])) return { action: 'recreate' };
  const object = withExpectedMetadata(stored, expected);
  const subjects = objectsAt(jsonOf(stored), 'subjects');
  const absent = objectsAt(jsonOf(expected), 'subjects').filter(
    (subject) => !subjects.some((one) => equalJson(one, subject)),
  );
  if (absent.length > 0) object['subjects'] = [...subjects, ...absent];
  return changed(stored, object);
}

function isProtected({ metadata }: Readonly<KubeObject>): boolean {
  return metadata.annotations?.[autoUpdate] === 'false';
}

/** A copy; its own labels and annotations win. */
function withExpectedMetadata(stored: Readonly<KubeObject>, expected: Readonly<KubeObject>): KubeObject {
  // An object is JSON.
  const object = cloneJson(jsonOf(stored)) as unknown as KubeObject;
  const { metadata } = object;
  metadata.labels = { ...expected.metadata.labels, ...metadata.labels };
  metadata.annotations = { ...expected.metadata.annotations, ...metadata.annotations };
  return object;
}

function changed(stored: Readonly<KubeObject>, object: KubeObject): Reconciliation {
  return equalJson(jsonOf(stored), jsonOf(object)) ? { action: 'none' } : { action: 'update', object };
}

function selectorsOf(role: Readonly<KubeObject>): JsonObject[] {
  const rule: JsonValue | undefined = jsonOf(role)['aggregationRule'];
  return isJsonObject(rule) ? objectsAt(rule, 'clusterRoleSelectors') : [];
}

/** Stored objects are JSON. */
function jsonOf(object: Readonly<KubeObject>): JsonObject {
  return object as unknown as JsonObject;
}
