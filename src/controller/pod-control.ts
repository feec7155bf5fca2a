/** Creates and deletes pods for their owner, who tells of it in Events. Mirrors kubernetes pkg/controller RealPodControl. */
import type { GroupVersionResource } from '../api/gvk.ts';
import type { KubeObject } from '../api/object.ts';
import type { Side } from '../api/side.ts';
import type { Client } from '../client/client.ts';
import type { RecordEvent } from './event-recorder.ts';
import type { Pod } from './pod.ts';
import { isNamespaceTerminating, isNotFound } from './status-cause.ts';

const pods: GroupVersionResource = { group: '', version: 'v1', resource: 'pods' };

export class PodControl<S extends Side> {
  readonly #client: Client<S>;
  readonly #record: RecordEvent;

  constructor(client: Client<S>, record: RecordEvent) {
    this.#client = client;
    this.#record = record;
  }

  /** `undefined`: the owner's namespace is ending, where nothing can be created any more. Rejects as the client does. */
  async create(owner: Readonly<KubeObject>, pod: KubeObject): Promise<KubeObject | undefined> {
    try {
      const made = await this.#client.resource(pods, owner.metadata.namespace).create(pod);
      this.#record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
      return made;
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      this.#record(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  /** That very pod, not one that has its name by now. false: it was gone already. */
  async delete(owner: Readonly<KubeObject>, { metadata }: Pick<Pod, 'metadata'>): Promise<boolean> {
    const { namespace, name = '', uid } = metadata;
    try {
      await this.#client.resource(pods, namespace).delete(name, uid === undefined ? {} : { preconditions: { uid } });
      this.#record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      this.#record(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw new Error(`unable to delete pods: ${messageOf(error)}`, { cause: error });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
