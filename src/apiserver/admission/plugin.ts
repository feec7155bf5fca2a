/**
 * Admission: a list of small plugins that look at a write between decoding and the strategy, and may change it (mutate), or between
 * the strategy and storage, and may refuse it (validate). Mirrors apiserver admission Interface, MutationInterface,
 * ValidationInterface.
 */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { User } from '../../api/user.ts';
import type { ServedResource } from '../registry/served-resource.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionAttributes {
  readonly operation: Operation;
  readonly resource: ServedResource;
  /** Empty: the object itself. */
  readonly subresource: string;
  /** Empty for cluster-scoped resources, except namespaces, whose own name it is. */
  readonly namespace: string;
  /** Empty where it will be generated, and for deletions of collections. */
  readonly name: string;
  /** In stored form. Absent for deletions. To be changed by `mutate` only. */
  readonly object: KubeObject | undefined;
  readonly old: Readonly<KubeObject> | undefined;
  readonly user: User;
  readonly dryRun: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly warnings: string[];
  /** CreateOptions, UpdateOptions or DeleteOptions. Absent: not known. */
  readonly options?: () => JsonObject;
  /** Of the mutation that is under way. */
  readonly reinvocation?: Reinvocation;
}

/** All of a chain's mutations are run once more when one that may be interested in the others' asks for it. */
export interface Reinvocation {
  /** They are being run once more. */
  readonly isRepeated: boolean;
  request(): void;
}

export interface AdmissionPlugin {
  readonly name: string;
  /** Asked before anything else; must be cheap. */
  handles(attributes: AdmissionAttributes): boolean;
  /** May change `attributes.object`. Throws StatusErrors. */
  mutate?(attributes: AdmissionAttributes): void | Promise<void>;
  /** Throws StatusErrors. */
  validate?(attributes: AdmissionAttributes): void | Promise<void>;
}

/** Runs all plugins in order; the first failure ends it. */
export interface AdmissionChain {
  mutate(attributes: AdmissionAttributes): Promise<void>;
  validate(attributes: AdmissionAttributes): Promise<void>;
}

export function createAdmissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  return {
    async mutate(given) {
      const state = { isRepeated: false, isWanted: false };
      const reinvocation: Reinvocation = {
        get isRepeated() {
          return state.isRepeated;
        },
        request: () => {
          state.isWanted = true;
        },
      };
      const attributes = { ...given, reinvocation };
      await mutateOnce(plugins, attributes);
      if (!state.isWanted) return;
      state.isRepeated = true;
      await mutateOnce(plugins, attributes);
    },
    async validate(attributes) {
      for (const plugin of plugins) {
        if (plugin.validate && plugin.handles(attributes)) await plugin.validate(attributes);
      }
    },
  };
}

async function mutateOnce(plugins: readonly AdmissionPlugin[], attributes: AdmissionAttributes): Promise<void> {
  for (const plugin of plugins) {
    if (plugin.mutate && plugin.handles(attributes)) await plugin.mutate(attributes);
  }
}
