/**
 * When taints came that don't say it themselves (`kubectl taint` doesn't): not after the last write of whoever manages a node's taints. Read from the
 * managed fields, which caches leave out. Pure.
 */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Taint } from '../../api/toleration.ts';

/** `taints`: as they are, but those without a time have one, where `node` tells it. */
export function withTimes(taints: readonly Taint[], node: Readonly<KubeObject>): readonly Taint[] {
  const timeAdded = taintedSince(node);
  return timeAdded === undefined ? taints : taints.map((taint) => (taint.timeAdded ? taint : { ...taint, timeAdded }));
}

function taintedSince(node: Readonly<KubeObject>): string | undefined {
  // An object of the API is JSON all through.
  const entries = objectsAt(node.metadata as JsonObject, 'managedFields');
  const times = entries.filter(managesTaints).map((entry) => textAt(entry, 'time'));
  return times
    .filter((time) => time !== '')
    .toSorted()
    .at(-1);
}

function managesTaints(entry: JsonObject): boolean {
  const spec = objectAt(objectAt(entry, 'fieldsV1'), 'f:spec');
  return isJsonObject(spec?.['f:taints']);
}
