/** What the loops with two variables are made of. Mirrors cel-go ext/comprehensions.go. */
import { mapType, paramType } from '../cel-type.ts';
import { global, type Library } from '../declaration.ts';
import { twoVariableMacros } from '../macro.ts';
import { valueText } from '../value-type.ts';
import { CelError, HashMap, MapValue, noSuchOverload, type Value } from '../value.ts';

const key = paramType('K');
const value = paramType('V');
const map = mapType(key, value);

/** The accumulator of a loop: nobody else sees it, so that it grows in place. */
export class GrowingMap extends HashMap {}

export const comprehensionsLibrary = (): Library => ({
  macros: twoVariableMacros,
  functions: [
    {
      name: 'cel.@mapInsert',
      overloads: [
        global('@mapInsert_map_key_value', [map, key, value], map, (into = null, name = null, inner = null) =>
          insert(into, [[name, inner]]),
        ),
        global('@mapInsert_map_map', [map, map], map, (into = null, from = null) =>
          from instanceof MapValue
            ? insert(
                into,
                Array.from(from.keys(), (name) => [name, from.find(name) ?? null]),
              )
            : noSuchOverload,
        ),
      ],
    },
  ],
});

function insert(into: Value, entries: readonly (readonly [Value, Value])[]): Value {
  if (!(into instanceof MapValue)) return noSuchOverload;
  let target: HashMap;
  if (into instanceof GrowingMap) target = into;
  else {
    target = new HashMap();
    for (const name of into.keys()) target.set(name, into.find(name) ?? null);
  }
  for (const [name, inner] of entries) {
    if (target.find(name) !== undefined) return new CelError(`insert failed: key ${valueText(name)} already exists`);
    const failure = target.set(name, inner);
    if (failure !== undefined) return failure;
  }
  return target;
}
