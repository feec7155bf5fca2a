/**
 * The one store of all kinds: objects in, objects out, on top of the revisioned key/value store. What is special about a kind comes
 * from its definition; what is special about a request, from its verb. Mirrors apiserver registry/generic/registry Store.
 *
 * All objects here are in stored form; verbs convert where the served version is another one. Every error is a StatusError, but for
 * what the store itself throws.
 */
import {
  failure,
  newAlreadyExists,
  newConflict,
  newGenerateNameConflict,
  newInvalid,
  newNotFound,
  StatusError,
} from '../../api/status.ts';
import * as field from '../../api/field-error.ts';
import { equalJson, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { parseResourceVersion } from '../../api/resource-version.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type { Entry, Store } from '../../storage/store.ts';
import {
  beforeCreate,
  beforeStatusUpdate,
  beforeUpdate,
  canonical,
  ensureNamespace,
  fillSystemMetadata,
} from './before-write.ts';
import { keepManagedTimes } from './managed-fields/managed-fields.ts';
import { failedPrecondition, storeFailure } from './storage-errors.ts';
import { allowsCreateOnUpdate, allowsUnconditionalUpdate } from './resource-traits.ts';
import type { ServedResource } from './served-resource.ts';
import { storageKey } from './storage-key.ts';
import { readEntry, writtenValue } from './stored-entries.ts';
import { storedObjectOf } from './stored-form.ts';
import { StoredObject } from './stored-object.ts';
import type { Target } from './target.ts';
import type { WriteAdmission, WriteContext, WriteHooks } from './write-context.ts';

export interface GenericStoreOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** By `group/resource`. */
  readonly hooks?: Readonly<Record<string, WriteHooks>>;
}

export interface CreateRequest {
  readonly resource: ServedResource;
  readonly namespace: string;
  /** One's own: may be mutated. Its metadata is as the client sent it, but for what {@link wipeSystemMetadata} clears. */
  readonly object: KubeObject;
  readonly context: WriteContext;
  readonly admission: WriteAdmission;
}

export interface UpdateRequest extends Target {
  /**
   * The new object, made from the current one (which must not be mutated); called again when somebody else was faster. Absent `old`:
   * the object is to be created.
   */
  make(old: StoredObject | undefined): Promise<KubeObject>;
  readonly part: 'object' | 'status' | 'other';
  /** The uid that the object must have. */
  readonly uid?: string;
  /** Besides the kinds that always allow it. */
  readonly allowCreate?: boolean;
  readonly context: WriteContext;
  readonly admission: WriteAdmission;
}

export interface UpdateResult {
  readonly object: StoredObject;
  readonly created: boolean;
}

/** Tries of a create whose generated name is taken. Mirrors maxNameGenerationCreateAttempts. */
const generatedNameTriesMax = 8;
/** Tries of one update against other writers, before it is given up as a conflict. */
const updateTriesMax = 100;

const modifiedText = 'the object has been modified; please apply your changes to the latest version and try again';

export class GenericStore {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly #hooks: Readonly<Record<string, WriteHooks>>;

  constructor(options: GenericStoreOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.random = options.random;
    this.#hooks = options.hooks ?? {};
  }

  /** Throws NotFound. */
  async get(target: Target): Promise<StoredObject> {
    const found = await this.find(target);
    if (!found) throw newNotFound(target.resource.gr, target.name);
    return found;
  }

  async find({ resource, namespace, name }: Target): Promise<StoredObject | undefined> {
    const entry = await this.store.get(storageKey(resource.storagePrefix, namespace, name));
    return entry && readEntry(resource, entry);
  }

  /** Throws AlreadyExists, Invalid, and what admission throws. */
  async create(request: CreateRequest): Promise<StoredObject> {
    const { object, admission } = request;
    await admission.mutate(object, undefined);
    const generated = Boolean(object.metadata.generateName) && !object.metadata.name;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#createOnce(request, generated ? structuredClone(object) : object);
      } catch (error) {
        const taken = error instanceof StatusError && error.status.reason === 'AlreadyExists';
        if (!generated || !taken || tries >= generatedNameTriesMax) throw error;
      }
    }
  }

  /** Throws NotFound, Conflict, Invalid, and what admission and `make` throw. */
  async update(request: UpdateRequest): Promise<UpdateResult> {
    const { resource, namespace, name } = request;
    const key = storageKey(resource.storagePrefix, namespace, name);
    let entry = await this.store.get(key);
    for (let tries = 0; tries < updateTriesMax; tries++) {
      const outcome = entry ? await this.#updateOnce(request, entry) : await this.#createByUpdate(request);
      if (outcome.ok) return outcome.result;
      entry = outcome.current;
    }
    throw newConflict(resource.gr, name, modifiedText);
  }

  /**
   * Compare and swap of one object, without admission, strategy or checks: for deletions, and for what code itself keeps. `change`
   * returns the new object, or `undefined` to leave it; it may be called again. Throws NotFound.
   */
  async rewrite(
    target: Target,
    dryRun: boolean,
    change: (old: StoredObject) => KubeObject | undefined | Promise<KubeObject | undefined>,
  ): Promise<StoredObject> {
    const { resource, namespace, name } = target;
    const key = storageKey(resource.storagePrefix, namespace, name);
    let entry = await this.store.get(key);
    for (let tries = 0; tries < updateTriesMax; tries++) {
      if (!entry) throw newNotFound(resource.gr, name);
      const old = await readEntry(resource, entry);
      const object = await change(old);
      if (!object) return old;
      const outcome = await this.#put(resource, entry, canonical(resource, object), dryRun);
      if (outcome.ok) return outcome.object;
      entry = outcome.current;
    }
    throw newConflict(resource.gr, name, modifiedText);
  }

  /** Removes the entry if it is still the one given. `false`: it is not; nothing was removed. */
  async remove(target: Target, last: StoredObject, dryRun: boolean): Promise<StoredObject | false> {
    const key = storageKey(target.resource.storagePrefix, target.namespace, target.name);
    if (dryRun) return last;
    const result = await this.#write(target.resource, 'delete', { key, value: undefined, expected: last.revision });
    if (!result.ok) return false;
    await this.#hooksOf(target.resource)?.deleted(last.object);
    return last;
  }

  async #createOnce(request: CreateRequest, object: KubeObject): Promise<StoredObject> {
    const { resource, context, admission } = request;
    fillSystemMetadata(object.metadata, context, this.random);
    ensureNamespace(object.metadata, resource.namespaced ? request.namespace : '');
    const hooks = this.#hooksOf(resource);
    hooks?.prepare?.(object, undefined);
    const whole = beforeCreate(resource, object, context);
    await admission.validate(whole, undefined);
    const finish = await hooks?.begin(whole, undefined, context);
    let written = false;
    try {
      const stored = await this.#insert(resource, hooks ? canonical(resource, whole) : whole, context.dryRun);
      written = true;
      return stored;
    } finally {
      await finish?.(written && !context.dryRun);
    }
  }

  async #insert(resource: ServedResource, object: KubeObject, dryRun: boolean): Promise<StoredObject> {
    const name = object.metadata.name ?? '';
    const key = storageKey(resource.storagePrefix, object.metadata.namespace ?? '', name);
    const value = await writtenValue(resource, object);
    if (dryRun) {
      const current = await this.store.get(key);
      if (!current) return readUnversioned(resource, value);
      throw this.#alreadyExists(resource, object, current);
    }
    const result = await this.#write(resource, 'create', { key, value, expected: 0 });
    if (result.ok) return readEntry(resource, { key, value, revision: result.revision });
    throw this.#alreadyExists(resource, object, result.current);
  }

  #alreadyExists(resource: ServedResource, object: KubeObject, current: Entry | undefined): StatusError {
    const name = object.metadata.name ?? '';
    const error = object.metadata.generateName
      ? newGenerateNameConflict(resource.gr, name, 1)
      : newAlreadyExists(resource.gr, name);
    if (!current || !storedObjectOf(current).object.metadata.deletionTimestamp) return error;
    return new StatusError({ ...error.status, message: `object is being deleted: ${error.message}` });
  }

  async #createByUpdate(request: UpdateRequest): Promise<UpdateOutcome> {
    const { resource, name, context, admission } = request;
    if (!request.allowCreate && !(request.part === 'object' && allowsCreateOnUpdate(resource))) {
      throw newNotFound(resource.gr, name);
    }
    const object = await request.make(undefined);
    if (request.uid) throw failedPrecondition(request, request.uid, '');
    await admission.mutate(object, undefined);
    try {
      const created = await this.#createOnce({ ...request, object, context }, object);
      return { ok: true, result: { object: created, created: true } };
    } catch (error) {
      const taken = error instanceof StatusError && error.status.reason === 'AlreadyExists';
      const current = taken ? await this.store.get(this.#keyOf(request)) : undefined;
      if (!current || context.dryRun) throw error;
      return { ok: false, current };
    }
  }

  async #updateOnce(request: UpdateRequest, entry: Entry): Promise<UpdateOutcome> {
    const { resource, name, context, admission } = request;
    const stored = await readEntry(resource, entry);
    const old = stored.object;
    if (request.uid && request.uid !== old.metadata.uid) {
      throw failedPrecondition(request, request.uid, old.metadata.uid ?? '');
    }
    const object = await request.make(stored);
    await admission.mutate(object, old);
    checkVersion(resource, name, object, entry.revision);
    ensureNamespace(object.metadata, resource.namespaced ? request.namespace : '');
    const hooks = request.part === 'object' ? this.#hooksOf(resource) : undefined;
    hooks?.prepare?.(object, old);
    const prepared = prepare(request, object, old);
    keepManagedTimes(prepared.metadata, old.metadata, () => sameBesidesManagers(prepared, old));
    await admission.validate(prepared, old);
    const finish = await hooks?.begin(prepared, old, context);
    const whole = hooks ? canonical(resource, prepared) : prepared;
    let written = false;
    try {
      if (deletedByUpdate(resource, whole, old)) {
        const gone = await this.remove(request, stored, context.dryRun);
        if (!gone) return { ok: false, current: await this.store.get(entry.key) };
        written = true;
        const last = { ...entry, value: await writtenValue(resource, whole) };
        return { ok: true, result: { object: await readEntry(resource, last), created: false } };
      }
      const outcome = await this.#put(resource, entry, whole, context.dryRun);
      if (!outcome.ok) return outcome;
      written = true;
      return { ok: true, result: { object: outcome.object, created: false } };
    } finally {
      await finish?.(written && !context.dryRun);
    }
  }

  /** Writes nothing when the bytes are what is stored already. */
  async #put(resource: ServedResource, entry: Entry, object: KubeObject, dryRun: boolean): Promise<PutOutcome> {
    const value = await writtenValue(resource, object);
    if (Buffer.compare(value, entry.value) === 0) return { ok: true, object: await readEntry(resource, entry) };
    if (dryRun) return { ok: true, object: await readEntry(resource, { ...entry, value }) };
    const result = await this.#write(resource, 'update', { key: entry.key, value, expected: entry.revision });
    if (!result.ok) return result;
    return { ok: true, object: await readEntry(resource, { key: entry.key, value, revision: result.revision }) };
  }

  async #write(resource: ServedResource, operation: string, write: Parameters<Store['write']>[0]) {
    try {
      return await this.store.write(write);
    } catch (error) {
      throw storeFailure(error, resource.gr, operation);
    }
  }

  #hooksOf(resource: ServedResource): WriteHooks | undefined {
    return this.#hooks[`${resource.gr.group}/${resource.gr.resource}`];
  }

  #keyOf({ resource, namespace, name }: Target): string {
    return storageKey(resource.storagePrefix, namespace, name);
  }
}

type UpdateOutcome =
  | { readonly ok: true; readonly result: UpdateResult }
  | { readonly ok: false; readonly current: Entry | undefined };

type PutOutcome =
  | { readonly ok: true; readonly object: StoredObject }
  | { readonly ok: false; readonly current: Entry | undefined };

/** Of a dry run: as it would be, without a resourceVersion. */
async function readUnversioned(resource: ServedResource, value: Uint8Array): Promise<StoredObject> {
  const read = resource.entryForm ? await resource.entryForm.read([value]) : [value];
  return new StoredObject(read[0] ?? value, 0);
}

function prepare(request: UpdateRequest, object: KubeObject, old: Readonly<KubeObject>): KubeObject {
  const { resource, context, part } = request;
  if (part === 'status') return beforeStatusUpdate(resource, object, old, context);
  return beforeUpdate(resource, object, old, context, part);
}

/** Fills in the current version where the client doesn't care. Throws when it names another one. May mutate. */
function checkVersion(resource: ServedResource, name: string, object: KubeObject, revision: number): void {
  const parsed = parseResourceVersion(object.metadata.resourceVersion);
  if (!parsed.ok) throw failure(500, '', parsed.error);
  if (parsed.revision === 0) {
    if (!allowsUnconditionalUpdate(resource)) {
      const path = field.path('metadata', 'resourceVersion');
      // Upstream's message names the resource where a kind belongs.
      throw newInvalid({ group: resource.gr.group, kind: resource.gr.resource }, name, [
        field.invalid(path, 0, 'must be specified for an update'),
      ]);
    }
    object.metadata.resourceVersion = String(revision);
  } else if (parsed.revision !== revision) throw newConflict(resource.gr, name, modifiedText);
}

/** `object` has the current resourceVersion. */
function sameBesidesManagers(object: Readonly<KubeObject>, old: Readonly<KubeObject>): boolean {
  const { metadata: left, ...one } = object;
  const { metadata: right, ...other } = old;
  const { managedFields: _, ...leftRest } = left;
  const { managedFields: __, ...rightRest } = right;
  // Objects are plain JSON.
  return (
    equalJson(leftRest as JsonObject, rightRest as JsonObject) && equalJson(one as JsonObject, other as JsonObject)
  );
}

/** The last finalizer of a deleted object is gone. Mirrors ShouldDeleteDuringUpdate, and namespaces' own. */
function deletedByUpdate(resource: ServedResource, object: Readonly<KubeObject>, old: Readonly<KubeObject>): boolean {
  if ((object.metadata.finalizers?.length ?? 0) > 0 || !old.metadata.deletionTimestamp) return false;
  if ((old.metadata.deletionGracePeriodSeconds ?? 0) !== 0) return false;
  if (resource.storagePrefix !== '/registry/namespaces/') return true;
  const spec = object['spec'];
  const remaining = typeof spec === 'object' && spec !== null && 'finalizers' in spec ? spec['finalizers'] : [];
  return !Array.isArray(remaining) || remaining.length === 0;
}
