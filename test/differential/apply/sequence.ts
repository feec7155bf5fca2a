/**
 * What several managers do to one object, from a seed: creates, updates, patches of all kinds and applies, of the object and its
 * subresources, with force and without, in dry run, in several versions; and what clients do to managed fields.
 */
import { seededRandom } from '../../../src/client/fake-clock.test-double.ts';
import { Choices } from '../../simulation/choices.ts';
import type { Json, PatchForm } from '../case.ts';
import { things } from './custom-things.ts';
import { builtinKinds, metadata, type Fields, type Kind } from './fragments.ts';

export interface Step {
  readonly method: string;
  /** Below the namespace, with the query. */
  readonly path: string;
  readonly form?: PatchForm;
  readonly userAgent?: string;
  /** What is sent, or is made of the object as it is. */
  body(current: Fields | undefined): Json;
}

export interface Sequence {
  readonly kind: Kind;
  readonly name: string;
  readonly steps: readonly Step[];
}

const stepsMin = 5;
const stepsMax = 14;
const kinds: readonly Kind[] = [...builtinKinds, things, things];
const managers = ['m1', 'm2', 'm3', 'kubectl'];

export function sequenceOf(seed: number): Sequence {
  const choices = new Choices(seededRandom(seed));
  for (let skipped = 0; skipped < 5; skipped++) choices.random.next();
  const kind = choices.of(kinds);
  const name = `s${seed}`;
  const maker = new StepMaker(choices, kind, name);
  const count = stepsMin + choices.number(stepsMax - stepsMin + 1);
  const first = choices.chance(0.5) ? maker.create() : maker.apply(true);
  return { kind, name, steps: [first, ...Array.from({ length: count - 1 }, () => maker.any())] };
}

const itemKeys: ReadonlySet<string> = new Set([
  'name',
  'type',
  'port',
  'containerPort',
  'mountPath',
  'ip',
  'uid',
  'topologyKey',
  'whenUnsatisfiable',
  'image',
]);

class StepMaker {
  readonly #choices: Choices;
  readonly #kind: Kind;
  readonly #name: string;
  /** What each manager applied last: mostly it applies a little more or less. */
  readonly #applied = new Map<string, Fields>();

  constructor(choices: Choices, kind: Kind, name: string) {
    this.#choices = choices;
    this.#kind = kind;
    this.#name = name;
  }

  any(): Step {
    const make = this.#choices.weighted<() => Step>([
      [40, () => this.apply(this.#choices.chance(0.25))],
      [15, () => this.#update()],
      [15, () => this.#mergePatch('merge')],
      [10, () => this.#mergePatch('strategic')],
      [6, () => this.#jsonPatch()],
      [12, () => this.#subresource()],
      [4, () => this.#managedFields()],
      [2, () => this.#delete()],
      [2, () => this.create()],
    ]);
    return make();
  }

  create(): Step {
    const body = this.#whole(this.#fragment(true, this.#kind.apiVersion), this.#kind.apiVersion);
    return { method: 'POST', path: `${this.#kind.path}${this.#query()}`, ...this.#agent(), body: () => body };
  }

  apply(whole: boolean): Step {
    const { apiVersion, path } = this.#version();
    const manager = this.#choices.of(managers);
    const key = `${manager} ${apiVersion}`;
    const before = this.#applied.get(key);
    const fresh = this.#fragment(whole, apiVersion);
    const config = before === undefined || this.#choices.chance(0.4) ? fresh : this.#varied(before, fresh);
    this.#applied.set(key, config);
    const force = this.#choices.chance(0.4) ? '&force=true' : '';
    const body = this.#whole(config, apiVersion);
    return {
      method: 'PATCH',
      path: `${path}/${this.#name}?fieldManager=${manager}${force}${this.#dryRun()}`,
      form: 'apply',
      body: () => body,
    };
  }

  /** The same again, more of it, or less. */
  #varied(before: Fields, fresh: Fields): Fields {
    return this.#choices.weighted<() => Fields>([
      [3, () => before],
      [3, () => merged(before, fresh)],
      [4, () => this.#thinned(before)],
    ])();
  }

  #thinned(fields: Fields): Fields {
    const kept = Object.entries(fields).flatMap(([key, value]): [string, Json][] => {
      if (isList(value)) {
        const items = value.filter(() => this.#choices.chance(0.8));
        return [[key, items.map((item) => (isFields(item) ? this.#thinnedItem(item) : item))]];
      }
      if (isFields(value)) return this.#choices.chance(0.9) ? [[key, this.#thinned(value)]] : [];
      return this.#choices.chance(0.75) ? [[key, value]] : [];
    });
    return Object.fromEntries(kept);
  }

  /** Keys of items stay, mostly. */
  #thinnedItem(item: Fields): Fields {
    const kept = Object.fromEntries(Object.entries(item).filter(([key]) => itemKeys.has(key)));
    return { ...this.#thinned(item), ...kept };
  }

  #update(): Step {
    const changes = this.#fragment(false, this.#kind.apiVersion);
    const removed = this.#choices.some(
      ['data', 'labels', 'annotations', 'finalizers', 'env', 'ports', 'replicas'],
      0.15,
    );
    const unconditional = this.#choices.chance(0.5);
    return {
      method: 'PUT',
      path: `${this.#kind.path}/${this.#name}${this.#query()}`,
      ...this.#agent(),
      body: (current) => {
        const next = without(merged(current ?? {}, changes), removed);
        return unconditional ? withoutVersion(next) : next;
      },
    };
  }

  #mergePatch(form: 'merge' | 'strategic'): Step {
    const { apiVersion, path } = this.#version();
    const body = this.#choices.chance(0.3)
      ? this.#withNulls(this.#fragment(false, apiVersion))
      : this.#fragment(false, apiVersion);
    return { method: 'PATCH', path: `${path}/${this.#name}${this.#query()}`, form, ...this.#agent(), body: () => body };
  }

  #withNulls(fields: Fields): Fields {
    return Object.fromEntries(
      Object.entries(fields).map(([key, value]): [string, Json] => {
        if (isFields(value)) return [key, this.#choices.chance(0.1) ? null : this.#withNulls(value)];
        return [key, this.#choices.chance(0.3) ? null : value];
      }),
    );
  }

  #jsonPatch(): Step {
    const label = this.#choices.of(['a', 'b', 'c']);
    const operations = this.#choices.of<Json>([
      [{ op: 'add', path: '/metadata/labels', value: { [label]: '9' } }],
      [{ op: 'remove', path: `/metadata/labels/${label}` }],
      [{ op: 'add', path: '/metadata/annotations', value: {} }],
      [{ op: 'remove', path: '/spec' }],
      [{ op: 'test', path: '/metadata/name', value: this.#name }],
    ]);
    const path = `${this.#kind.path}/${this.#name}${this.#query()}`;
    return { method: 'PATCH', path, form: 'json', ...this.#agent(), body: () => operations };
  }

  #subresource(): Step {
    const { subresources, path, apiVersion, kind } = this.#kind;
    if (subresources.length === 0) return this.apply(false);
    const subresource = this.#choices.of(subresources);
    const at = `${path}/${this.#name}/${subresource}`;
    if (subresource === 'scale') return this.#scale(at);
    const status = this.#kind.status?.(this.#choices) ?? {};
    const fields = subresource === 'status' ? { status, ...this.#rarely(apiVersion) } : this.#ephemeralContainer();
    if (this.#choices.chance(0.5)) {
      const manager = this.#choices.of(managers);
      const force = this.#choices.chance(0.4) ? '&force=true' : '';
      const body = { apiVersion, kind, metadata: { name: this.#name }, ...fields };
      return { method: 'PATCH', path: `${at}?fieldManager=${manager}${force}`, form: 'apply', body: () => body };
    }
    if (this.#choices.chance(0.5)) {
      const form = this.#choices.of<PatchForm>(['merge', 'strategic']);
      return { method: 'PATCH', path: at + this.#query(), form, ...this.#agent(), body: () => fields };
    }
    return {
      method: 'PUT',
      path: at + this.#query(),
      ...this.#agent(),
      body: (current) => merged(current ?? {}, fields),
    };
  }

  /** What a write of the status throws away. */
  #rarely(apiVersion: string): Fields {
    return this.#choices.chance(0.3) ? this.#fragment(false, apiVersion) : {};
  }

  #ephemeralContainer(): Fields {
    const name = 'e1';
    return { spec: { ephemeralContainers: [{ name, image: 'i:1' }] } };
  }

  #scale(at: string): Step {
    const replicas = this.#choices.of([1, 2, 3]);
    const head = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: this.#name } };
    const form = this.#choices.of<PatchForm>(['merge', 'apply', 'apply']);
    if (form !== 'apply') {
      return {
        method: 'PATCH',
        path: at + this.#query(),
        form,
        ...this.#agent(),
        body: () => ({ spec: { replicas } }),
      };
    }
    const force = this.#choices.chance(0.5) ? '&force=true' : '';
    const path = `${at}?fieldManager=${this.#choices.of(managers)}${force}`;
    return { method: 'PATCH', path, form, body: () => ({ ...head, spec: { replicas } }) };
  }

  #managedFields(): Step {
    const entry = { manager: 'm1', operation: 'Apply', apiVersion: this.#kind.apiVersion, fieldsType: 'FieldsV1' };
    const managedFields = this.#choices.of<Json>([
      null,
      [],
      [{}],
      [{ ...entry, fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a': {} } } } }],
      [{ ...entry, fieldsV1: { 'f:data': { 'f:a': {}, '.': {} }, 'x:y': {} } }],
      [{ ...entry, fieldsV1: { nothing: {} } }],
      [{ ...entry, operation: 'Wish' }],
      [{ ...entry, operation: 'Update', apiVersion: 'example.com/v9', fieldsV1: { 'f:data': {} } }],
      [{ ...entry, manager: 'x'.repeat(130), fieldsV1: { 'f:data': {} } }],
      [{ ...entry, fieldsV1: { 'f:spec': { 'f:selector': { 'f:a': {} } } } }],
    ]);
    const path = `${this.#kind.path}/${this.#name}${this.#query()}`;
    return { method: 'PATCH', path, form: 'merge', ...this.#agent(), body: () => ({ metadata: { managedFields } }) };
  }

  #delete(): Step {
    return { method: 'DELETE', path: `${this.#kind.path}/${this.#name}?gracePeriodSeconds=0`, body: () => null };
  }

  #fragment(whole: boolean, apiVersion: string): Fields {
    const meta = metadata(this.#choices);
    return {
      ...(Object.keys(meta).length > 0 ? { metadata: meta } : {}),
      ...this.#kind.fields(this.#choices, whole, apiVersion),
    };
  }

  #whole(fields: Fields, apiVersion: string): Fields {
    const { metadata: meta, ...rest } = fields;
    return {
      apiVersion,
      kind: this.#kind.kind,
      metadata: { name: this.#name, ...(isFields(meta) ? meta : {}) },
      ...rest,
    };
  }

  #version(): { readonly apiVersion: string; readonly path: string } {
    const { otherVersions = [], apiVersion, path } = this.#kind;
    const other = this.#choices.chance(0.4) ? otherVersions[0] : undefined;
    return other ? { apiVersion: other.apiVersion, path } : { apiVersion, path };
  }

  #query(): string {
    const manager = this.#choices.chance(0.7) ? `fieldManager=${this.#choices.of(managers)}` : '';
    const query = `${manager}${this.#dryRun()}`.replace(/^&/, '');
    return query === '' ? '' : `?${query}`;
  }

  #dryRun(): string {
    return this.#choices.chance(0.05) ? '&dryRun=All' : '';
  }

  #agent(): { userAgent?: string } {
    return this.#choices.chance(0.5) ? { userAgent: this.#choices.of(['m1/1.0', 'curl', 'kubectl/v1 (x)']) } : {};
  }
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Items of lists are replaced where they have the same name, and added where nothing has it. */
function merged(left: Fields, right: Fields): Fields {
  const result: Fields = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const before = result[key];
    if (isFields(value) && isFields(before)) result[key] = merged(before, value);
    else if (isList(value) && isList(before)) result[key] = mergedLists(before, value);
    else result[key] = value;
  }
  return result;
}

function mergedLists(left: readonly Json[], right: readonly Json[]): readonly Json[] {
  const nameOf = (item: Json): string => JSON.stringify(isFields(item) ? (item['name'] ?? item) : item);
  const names = new Set(right.map(nameOf));
  return [...left.filter((item) => !names.has(nameOf(item))), ...right];
}

function without(value: Fields, names: readonly string[]): Fields {
  const kept = Object.entries(value).filter(([key]) => !names.includes(key));
  return Object.fromEntries(
    kept.map(([key, inner]): [string, Json] => [
      key,
      isFields(inner)
        ? without(inner, names)
        : isList(inner)
          ? inner.map((item) => (isFields(item) ? without(item, names) : item))
          : inner,
    ]),
  );
}

function withoutVersion(object: Fields): Fields {
  const meta = object['metadata'];
  return isFields(meta)
    ? { ...object, metadata: Object.fromEntries(Object.entries(meta).filter(([key]) => key !== 'resourceVersion')) }
    : object;
}
