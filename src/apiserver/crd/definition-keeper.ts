/**
 * Keeps the status of definitions: names, establishment, deletion. Level-triggered: it is told names, and reads what is stored. One
 * definition after the other, since names are given once.
 */
import type { JsonObject } from '../../api/json.ts';
import { objectAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import { StatusError } from '../../api/status.ts';
import { backoffDelay } from '../../lib/backoff.ts';
import type { Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { StoreClosedError } from '../../storage/store.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import { managedFieldsAfterUpdate } from '../registry/managed-fields/managed-fields.ts';
import { managedScope } from '../registry/managed-fields/scope.ts';
import type { ResourceRegistry } from '../registry/resource-registry.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { WriteAdmission, WriteContext } from '../registry/write-context.ts';
import { isTrue, setCondition, type Condition } from './conditions.ts';
import type { Names } from './definition.ts';
import { plannedStatus } from './definition-status.ts';
import { cleanupFinalizer, deleteInstances, waitUntilEmpty } from './finalize-definition.ts';

export interface DefinitionKeeperOptions {
  readonly store: GenericStore;
  readonly resources: ResourceRegistry;
  readonly logger: Logger;
  /** The accepted names of all definitions of a group, as they are known now. */
  takenNames(group: string): readonly Names[];
  /** To visit the instances of a definition that may not be served; `undefined`: it never was. */
  instancesOf(name: string): ServedResource | undefined;
}

const retry = { initialMs: 50, maxMs: 60_000 };
/** After this, a deletion that waits for finalizers says so. */
const emptyTimeoutMs = 60_000;
const noAdmission: WriteAdmission = { mutate: () => Promise.resolve(), validate: () => Promise.resolve() };
const managerName = 'kube-apiserver';

export class DefinitionKeeper {
  readonly #options: DefinitionKeeperOptions;
  readonly #resource: ServedResource;
  readonly #waiting = new Set<string>();
  /** How often it failed. */
  readonly #failures = new Map<string, number>();
  readonly #timers = new Set<Timer>();
  readonly #finalizing = new Map<string, AbortController>();
  #working: Promise<void> | undefined;
  #stopped = false;

  constructor(options: DefinitionKeeperOptions) {
    this.#options = options;
    const resource = options.resources.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
    if (!resource) throw new Error('definitions are always served');
    this.#resource = resource;
  }

  /** Looks at a definition, soon. */
  enqueue(name: string): void {
    if (this.#stopped) return;
    this.#waiting.add(name);
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  /** The definition is gone. */
  forget(name: string): void {
    this.#waiting.delete(name);
    this.#failures.delete(name);
    this.#finalizing.get(name)?.abort();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    for (const timer of this.#timers) timer.cancel();
    for (const finalizing of this.#finalizing.values()) finalizing.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    // Never in the caller's turn.
    await Promise.resolve();
    for (const name of this.#waiting) {
      this.#waiting.delete(name);
      await this.#guarded(name, () => this.#reconcile(name));
    }
  }

  async #guarded(name: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
      this.#failures.delete(name);
    } catch (error) {
      if (this.#stopped || error instanceof StoreClosedError) return;
      const failures = this.#failures.get(name) ?? 0;
      this.#failures.set(name, failures + 1);
      this.#options.logger.warn({ definition: name, err: error }, 'a definition could not be brought up to date');
      const { clock, random } = this.#options.store;
      const timer = clock.after(backoffDelay(retry, failures, random), () => {
        this.#timers.delete(timer);
        this.enqueue(name);
      });
      this.#timers.add(timer);
    }
  }

  async #reconcile(name: string): Promise<void> {
    const { store } = this.#options;
    const found = await store.find({ resource: this.#resource, namespace: '', name });
    if (!found) return;
    const { object } = found;
    const deleting = object.metadata.deletionTimestamp !== undefined;
    if (deleting && object.metadata.finalizers?.includes(cleanupFinalizer)) {
      if (!this.#finalizing.has(name)) void this.#finalize(name);
      return;
    }
    await this.#writeStatus(name, (current) => {
      // Objects are plain JSON.
      const spec = objectAt(current as JsonObject, 'spec') ?? {};
      const group = typeof spec['group'] === 'string' ? spec['group'] : '';
      return plannedStatus(current, this.#options.takenNames(group), store.clock.now());
    });
  }

  async #finalize(name: string): Promise<void> {
    const ended = new AbortController();
    this.#finalizing.set(name, ended);
    await this.#guarded(name, async () => {
      const condition = await this.#removeInstances(name, ended.signal);
      if (!condition || ended.signal.aborted) return;
      await this.#write(name, (current) => {
        this.#setTerminating(current, condition);
        const finalizers = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
        if (finalizers.length > 0) current.metadata.finalizers = finalizers;
        else delete current.metadata.finalizers;
        return true;
      });
    });
    this.#finalizing.delete(name);
  }

  /** What is told at the end; `undefined`: it was interrupted. */
  async #removeInstances(name: string, signal: AbortSignal): Promise<Condition | undefined> {
    const { store } = this.#options;
    let established = false;
    await this.#write(name, (current) => {
      established = isTrue(objectAt(current as JsonObject, 'status') ?? {}, 'Established');
      return this.#setTerminating(current, terminating('True', 'InstanceDeletionInProgress', inProgress));
    });
    if (!established) return terminating('False', 'NeverEstablished', 'resource was never established');
    const resource = this.#options.instancesOf(name);
    if (!resource) return undefined;
    try {
      await deleteInstances(store, resource, this.#context(), noAdmission);
    } catch (error) {
      const message = `could not issue all deletes: ${error instanceof Error ? error.message : String(error)}`;
      await this.#write(name, (current) =>
        this.#setTerminating(current, terminating('True', 'InstanceDeletionFailed', message)),
      );
      throw error;
    }
    const timer = store.clock.after(emptyTimeoutMs, () => void this.#tellWaiting(name));
    try {
      const empty = await waitUntilEmpty(store, resource.storagePrefix, signal);
      return empty ? terminating('False', 'InstanceDeletionCompleted', 'removed all instances') : undefined;
    } finally {
      timer.cancel();
    }
  }

  async #tellWaiting(name: string): Promise<void> {
    const message = 'could not confirm zero CustomResources remaining: context deadline exceeded';
    await this.#guarded(name, () =>
      this.#write(name, (current) =>
        this.#setTerminating(current, terminating('True', 'InstanceDeletionCheck', message)),
      ),
    );
  }

  #setTerminating(object: KubeObject, condition: Condition): boolean {
    const status = { ...objectAt(object as JsonObject, 'status') };
    setCondition(status, condition, this.#options.store.clock.now());
    object['status'] = status;
    return true;
  }

  #writeStatus(name: string, plan: (object: Readonly<KubeObject>) => JsonObject | undefined): Promise<void> {
    return this.#write(name, (current) => {
      const status = plan(current);
      if (status) current['status'] = status;
      return status !== undefined;
    });
  }

  /** `change` changes the object, or returns `false`; it may be called again. */
  async #write(name: string, change: (object: KubeObject) => boolean): Promise<void> {
    const { store, resources } = this.#options;
    await this.#resource.begin?.('update', []);
    const scope = managedScope(resources, this.#resource, 'status');
    try {
      await store.update({
        resource: this.#resource,
        namespace: '',
        name,
        part: 'status',
        make: (old) => {
          if (!old) throw new Error(`the definition ${name} is gone`);
          const next = old.decode();
          if (!change(next)) throw new Unchanged();
          const write = { scope, live: old.object, next, manager: managerName, now: store.clock.now() };
          const managedFields = managedFieldsAfterUpdate(write);
          if (managedFields) next.metadata['managedFields'] = managedFields;
          return Promise.resolve(next);
        },
        context: this.#context(),
        admission: noAdmission,
      });
    } catch (error) {
      const gone = error instanceof StatusError && error.status.reason === 'NotFound';
      if (!gone && !(error instanceof Unchanged)) throw error;
    }
  }

  #context(): WriteContext {
    return {
      user: { name: 'system:apiserver', groups: ['system:masters'] },
      now: this.#options.store.clock.now(),
      warnings: [],
      dryRun: false,
    };
  }
}

const inProgress = 'CustomResource deletion is in progress';

/** Nothing is to be written. */
class Unchanged extends Error {
  override readonly name = 'Unchanged';
}

function terminating(status: Condition['status'], reason: string, message: string): Condition {
  return { type: 'Terminating', status, reason, message };
}
