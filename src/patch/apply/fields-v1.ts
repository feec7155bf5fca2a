/**
 * FieldsV1: a set of fields as JSON. A field is a key; `{}` says that it is a member, `.` that it is one besides what is below it.
 * Mirrors structured-merge-diff fieldpath serialize.go.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { FieldSet } from './field-set.ts';
import { parsePathElement, PathElementError } from './path-element.ts';

/** Keys in upstream's order. */
export function encodeFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  for (const element of set.sortedElements()) {
    const below = set.below(element);
    const inner = below ? encodeFieldsV1(below) : {};
    // Never a key of a prototype: each has a letter and a colon in front.
    fields[element] = below && set.hasMember(element) ? { '.': {}, ...inner } : inner;
  }
  return fields;
}

/** @throws PathElementError for what is no FieldsV1 */
export function decodeFieldsV1(fields: JsonValue | undefined): FieldSet {
  return decodeLevel(fields ?? {}).below ?? FieldSet.empty;
}

interface Level {
  readonly member: boolean;
  readonly below: FieldSet | undefined;
}

const leaf: Level = { member: true, below: undefined };

function decodeLevel(fields: JsonValue): Level {
  if (fields === null) return leaf;
  if (!isJsonObject(fields)) throw new PathElementError('ReadMapCB: expect { or n');
  let below: FieldSet | undefined;
  let member = false;
  for (const key of Object.keys(fields)) {
    if (key === '.') {
      member = true;
      continue;
    }
    const element = parsePathElement(key);
    if (element === undefined) continue;
    const inner = decodeLevel(fields[key] ?? null);
    below ??= new FieldSet();
    below.put(element, inner.member, inner.below);
  }
  return below ? { member, below } : leaf;
}
