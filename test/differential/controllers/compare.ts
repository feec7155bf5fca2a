/** Where two snapshots differ, in lines that a reader of a failed test understands. */
import type { JsonObject, JsonValue } from '../../../src/api/json.ts';
import type { Snapshot } from './snapshot.ts';

export interface Difference {
  /** `Deployment web: status.replicas`, without indexes of lists. */
  readonly at: string;
  readonly sublet: string;
  readonly upstream: string;
}

const shownMax = 1500;

export function differencesOf(sublet: Snapshot, upstream: Snapshot): Difference[] {
  const keys = new Set([...Object.keys(upstream.objects), ...Object.keys(sublet.objects)]);
  const ofObjects = [...keys].flatMap((key) => ofKind(key, sublet.objects[key] ?? [], upstream.objects[key] ?? []));
  const told = new Set([...Object.keys(upstream.events), ...Object.keys(sublet.events)]);
  const ofEvents = [...told].flatMap((text) => {
    const [ours = 0, theirs = 0] = [sublet.events[text], upstream.events[text]];
    return ours === theirs ? [] : [{ at: `Event ${text}`, sublet: `${ours}×`, upstream: `${theirs}×` }];
  });
  return [...ofObjects, ...ofEvents];
}

/** Equal ones are put aside first: what is left of either side is compared in order. */
function ofKind(key: string, sublet: readonly JsonObject[], upstream: readonly JsonObject[]): Difference[] {
  const left = upstream.map((one) => JSON.stringify(one));
  const ours = sublet.filter((one) => {
    const index = left.indexOf(JSON.stringify(one));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  const theirs = left.map((text): JsonObject => JSON.parse(text) as JsonObject);
  if (ours.length !== theirs.length) {
    return [{ at: key, sublet: `${sublet.length} of them`, upstream: `${upstream.length} of them` }];
  }
  return ours.flatMap((one, index) => ofValues(one, theirs[index], `${key}: `));
}

function ofValues(sublet: JsonValue | undefined, upstream: JsonValue | undefined, path: string): Difference[] {
  if (isObject(sublet) && isObject(upstream)) {
    const keys = new Set([...Object.keys(upstream), ...Object.keys(sublet)]);
    return [...keys].flatMap((key) =>
      ofValues(sublet[key], upstream[key], path.endsWith(': ') ? path + key : `${path}.${key}`),
    );
  }
  if (Array.isArray(sublet) && Array.isArray(upstream) && sublet.length === upstream.length) {
    return sublet.flatMap((item, index) => ofValues(item, upstream[index], `${path}[]`));
  }
  if (JSON.stringify(sublet) === JSON.stringify(upstream)) return [];
  return [{ at: path, sublet: shown(sublet), upstream: shown(upstream) }];
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shown(value: JsonValue | undefined): string {
  const text = value === undefined ? '(nothing)' : JSON.stringify(value);
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}…`;
}
