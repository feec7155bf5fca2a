/** Decoded JSON without a schema, as values: numbers without a fraction are ints, as in Go. Lazily: nothing is copied. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { CelDouble, intValue, ListValue, MapValue, type Value } from './value.ts';

export function dynValue(json: JsonValue): Value {
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number') return numberValue(json);
  if (typeof json === 'bigint') return intValue(json);
  return isJsonObject(json) ? new JsonMap(json) : new JsonList(json);
}

/** An int if it is one. */
function numberValue(json: number): Value {
  if (Number.isSafeInteger(json)) return json + 0;
  return Number.isInteger(json) && Math.abs(json) < 2 ** 63 ? intValue(BigInt(json)) : new CelDouble(json);
}

class JsonList extends ListValue {
  readonly #json: readonly JsonValue[];

  constructor(json: readonly JsonValue[]) {
    super();
    this.#json = json;
  }

  get size(): number {
    return this.#json.length;
  }

  at(index: number): Value {
    return dynValue(this.#json[index] ?? null);
  }
}

class JsonMap extends MapValue {
  readonly #json: JsonObject;

  constructor(json: JsonObject) {
    super();
    this.#json = json;
  }

  get size(): number {
    return Object.keys(this.#json).length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#json, key)) return undefined;
    return dynValue(this.#json[key] ?? null);
  }

  keys(): Iterable<Value> {
    return Object.keys(this.#json);
  }
}
