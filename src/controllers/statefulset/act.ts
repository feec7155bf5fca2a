/** Carries out what a StatefulSet's pods need, and tells of it in Events. Mirrors kubernetes pkg/controller/statefulset stateful_pod_control.go. */
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import { isAlreadyExists, isNotFound } from '../../controller/status-cause.ts';
import type { WriteTracker } from '../../controller/write-tracker.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { ControllerContext } from '../builtin-controller.ts';
import { persistentVolumeClaims, pods } from '../resources.ts';
import type { Action } from './plan.ts';
import type { StatefulSet } from './stateful-set.ts';

/** What was written, until the caches show it. */
export interface Written<S extends Side> {
  readonly pods: WriteTracker<S>;
  readonly claims: WriteTracker<S>;
}

type Verb = 'Create' | 'Update' | 'Delete';

export class Act<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #record: RecordEvent;
  readonly #set: StatefulSet;
  readonly #written: Written<S>;
  readonly #key: string;

  constructor(context: ControllerContext<S>, record: RecordEvent, set: StatefulSet, written: Written<S>) {
    this.#context = context;
    this.#record = record;
    this.#set = set;
    this.#written = written;
    this.#key = objectKey(set.object);
  }

  /** Stops at the first failure, and returns it. */
  async all(actions: readonly Action[]): Promise<{ readonly error: unknown } | undefined> {
    for (const action of actions) {
      try {
        await this.#run(action);
      } catch (error) {
        return { error };
      }
    }
    return undefined;
  }

  async #run(action: Action): Promise<void> {
    const { namespace } = this.#set.metadata;
    const podClient = this.#context.client.resource(pods, namespace);
    const claimClient = this.#context.client.resource(persistentVolumeClaims, namespace);
    switch (action.kind) {
      case 'createClaim':
        return this.#createClaim(action.claim, action.podName);
      case 'ownClaim': {
        const { metadata } = action.claim;
        if (action.conflict) {
          const text = `PersistentVolumeClaim ${metadata.name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
          this.#record(this.#set.object, 'Warning', 'ConflictingController', text);
        }
        const claim = { ...action.claim, metadata: { ...metadata, ownerReferences: [...action.owners] } };
        this.#written.claims.wrote(this.#key, await claimClient.update(claim));
        return;
      }
      case 'createPod': {
        const name = action.pod.metadata.name ?? '';
        await this.#reported('Create', name, async () => {
          this.#written.pods.wrote(this.#key, await podClient.create(action.pod));
        });
        return;
      }
      case 'updatePod':
        return this.#reported('Update', action.pod.metadata.name ?? '', async () => {
          this.#written.pods.wrote(this.#key, await podClient.update(action.pod));
        });
      case 'deletePod': {
        const { name = '', uid } = action.pod.metadata;
        return this.#reported('Delete', name, async () => {
          try {
            await podClient.delete(name, uid === undefined ? {} : { preconditions: { uid } });
          } catch (error) {
            if (!isNotFound(error)) throw error;
          }
        });
      }
      case 'refuse': {
        const error = new Error(action.message);
        this.#recordFailure('Create', action.podName, error);
        throw error;
      }
      default:
        return unreachable(action);
    }
  }

  async #createClaim(claim: KubeObject, podName: string): Promise<void> {
    const { name = '' } = claim.metadata;
    const set = this.#set.object;
    try {
      const created = await this.#context.client
        .resource(persistentVolumeClaims, claim.metadata.namespace)
        .create(claim);
      this.#written.claims.wrote(this.#key, created);
      const text = `Create Claim ${name} Pod ${podName} in StatefulSet ${set.metadata.name} success`;
      this.#record(set, 'Normal', 'SuccessfulCreate', text);
    } catch (error) {
      if (!isAlreadyExists(error)) {
        const text = `Create Claim ${name} for Pod ${podName} in StatefulSet ${set.metadata.name} failed error: ${messageOf(error)}`;
        this.#record(set, 'Warning', 'FailedCreate', text);
      }
      throw new Error(`failed to create PVC ${name}: ${messageOf(error)}`, { cause: error });
    }
  }

  async #reported(verb: Verb, podName: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      // The cache will show it.
      if (!(verb === 'Create' && isAlreadyExists(error))) this.#recordFailure(verb, podName, error);
      throw error;
    }
    const { object } = this.#set;
    const text = `${verb} Pod ${podName} in StatefulSet ${object.metadata.name} successful`;
    this.#record(object, 'Normal', `Successful${verb}`, text);
  }

  #recordFailure(verb: Verb, podName: string, error: unknown): void {
    const { object } = this.#set;
    const text = `${verb} Pod ${podName} in StatefulSet ${object.metadata.name} failed error: ${messageOf(error)}`;
    this.#record(object, 'Warning', `Failed${verb}`, text);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
