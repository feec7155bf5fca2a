/**
 * APIServices of what this server itself serves: built-in group versions are registered at a start, those of custom resources as long as they are
 * served. Mirrors kube-aggregator controllers/autoregister and kubernetes controlplane crdregistration, v1.36.
 */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { timestamp } from '../../lib/clock.ts';
import { StatusError } from '../../api/status.ts';
import { defaultPriority } from '../discovery/group-priority.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { WriteAdmission, WriteContext } from '../registry/write-context.ts';
import { apiServiceName, type ApiService } from './api-service.ts';

export interface ServedVersion {
  readonly group: string;
  readonly version: string;
}

export const automanagedLabel = 'kube-aggregator.kubernetes.io/automanaged';
type Automanaged = 'onstart' | 'true';

const noAdmission: WriteAdmission = { mutate: () => Promise.resolve(), validate: () => Promise.resolve() };

export class AutomaticRegistration {
  readonly #objects: GenericStore;
  readonly #resource: ServedResource;

  constructor(objects: GenericStore, resource: ServedResource) {
    this.#objects = objects;
    this.#resource = resource;
  }

  /** To be called once at each start. `present`: by name. */
  async registerBuiltin(builtin: readonly ServedVersion[], present: ReadonlyMap<string, ApiService>): Promise<void> {
    await this.#bringAbout('onstart', builtin, present);
  }

  /** To be called whenever either may have changed. */
  async registerCustom(custom: readonly ServedVersion[], present: ReadonlyMap<string, ApiService>): Promise<void> {
    await this.#bringAbout('true', custom, present);
  }

  async #bringAbout(
    kind: Automanaged,
    wanted: readonly ServedVersion[],
    present: ReadonlyMap<string, ApiService>,
  ): Promise<void> {
    const names = new Set(wanted.map(apiServiceName));
    // All at once: the store writes them together.
    await Promise.all(
      wanted.map(async (one) => {
        const there = present.get(apiServiceName(one));
        if (!there) await this.#create(kind, one);
        else if (isAutomanaged(there) && !saysSame(there, one)) await this.#correct(one);
      }),
    );
    for (const [name, there] of present) {
      if (there.metadata.labels?.[automanagedLabel] === kind && !names.has(name)) await this.#remove(name);
    }
  }

  async #create(kind: Automanaged, { group, version }: ServedVersion): Promise<void> {
    const { apiVersion, kind: objectKind } = this.#resource;
    const object: KubeObject = {
      apiVersion,
      kind: objectKind,
      metadata: {
        name: apiServiceName({ group, version }),
        labels: { [automanagedLabel]: kind },
        managedFields: [managedFields(apiVersion, group, this.#objects.clock.now())],
      },
      spec: specOf({ group, version }),
    };
    try {
      await this.#objects.create({
        resource: this.#resource,
        namespace: '',
        object,
        context: this.#context(),
        admission: noAdmission,
      });
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof StatusError && error.status.reason === 'AlreadyExists')) throw error;
    }
  }

  async #correct(one: ServedVersion): Promise<void> {
    const name = apiServiceName(one);
    await unlessGone(
      this.#objects.update({
        resource: this.#resource,
        namespace: '',
        name,
        part: 'object',
        make: (old) => {
          if (!old) throw new Error(`${name} is there`);
          return Promise.resolve({ ...old.decode(), spec: specOf(one) });
        },
        context: this.#context(),
        admission: noAdmission,
      }),
    );
  }

  async #remove(name: string): Promise<void> {
    const target = { resource: this.#resource, namespace: '', name };
    const found = await this.#objects.find(target);
    if (found) await this.#objects.remove(target, found, false);
  }

  #context(): WriteContext {
    return {
      user: { name: 'system:apiserver', groups: ['system:masters'] },
      now: this.#objects.clock.now(),
      warnings: [],
      dryRun: false,
    };
  }
}

/** What is owned by who registers, under upstream's name. */
function managedFields(apiVersion: string, group: string, now: number): JsonObject {
  return {
    manager: 'kube-apiserver',
    operation: 'Update',
    apiVersion,
    time: timestamp(now),
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': { 'f:labels': { '.': {}, [`f:${automanagedLabel}`]: {} } },
      'f:spec': {
        // Empty, it isn't written.
        ...(group === '' ? {} : { 'f:group': {} }),
        'f:groupPriorityMinimum': {},
        'f:version': {},
        'f:versionPriority': {},
      },
    },
  };
}

function isAutomanaged({ metadata }: ApiService): boolean {
  const label = metadata.labels?.[automanagedLabel];
  return label === 'onstart' || label === 'true';
}

function specOf({ group, version }: ServedVersion): JsonObject {
  const priority = defaultPriority(group, version);
  return { group, version, groupPriorityMinimum: priority.group, versionPriority: priority.version };
}

function saysSame({ spec = {} }: ApiService, one: ServedVersion): boolean {
  const { groupPriorityMinimum, versionPriority } = specOf(one);
  return (
    !spec.service && spec.groupPriorityMinimum === groupPriorityMinimum && spec.versionPriority === versionPriority
  );
}

async function unlessGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof StatusError && error.status.reason === 'NotFound')) throw error;
  }
}
