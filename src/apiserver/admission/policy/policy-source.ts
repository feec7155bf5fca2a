/**
 * The policies of one kind with their bindings, as the store has them now: read whole when they are first needed, then kept by watches, and
 * found by the resources that they are about. A watch hears of a write before its writer does: whoever has the answer to a write is judged by
 * it. Mirrors apiserver pkg/admission/plugin/policy/generic policy_source.go, which looks once in a second.
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Store, StoreWatch } from '../../../storage/store.ts';
import type {
  BindingSpec,
  PolicySpec,
  Registered,
} from '../../registry/resources/admissionregistration/registration.ts';
import { viewAs } from '../../registry/resources/view.ts';
import { storedObject, storedObjectOf } from '../../registry/stored-form.ts';

export interface Policy<Spec> {
  readonly name: string;
  readonly spec: Spec;
}

/** A policy that is bound: others have no effect. A policy that changes is another object. */
export interface BoundPolicy<Spec> {
  readonly policy: Policy<Spec>;
  /** By name. */
  readonly bindings: readonly Policy<BindingSpec>[];
}

export interface PolicySourceOptions {
  readonly store: Store;
  readonly logger: Logger;
  /** Where policies and their bindings are. */
  readonly policyPrefix: string;
  readonly bindingPrefix: string;
}

export class PolicySource<Spec extends PolicySpec> {
  readonly #options: PolicySourceOptions;
  #index: PolicyIndex<Spec> | undefined;
  #loading: Promise<PolicyIndex<Spec>> | undefined;

  constructor(options: PolicySourceOptions) {
    this.#options = options;
  }

  /** `false`: no policy can be about the resource. Must be asked again for each write. */
  mayConcern(plural: string): boolean {
    return this.#index === undefined || this.#index.about(plural).length > 0;
  }

  /** Those that may be about the resource, by name. A promise is rejected with what the store says. */
  about(plural: string): readonly BoundPolicy<Spec>[] | Promise<readonly BoundPolicy<Spec>[]> {
    if (this.#index) return this.#index.about(plural);
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading.then((index) => index.about(plural));
  }

  async #load(): Promise<PolicyIndex<Spec>> {
    const { store, logger, policyPrefix, bindingPrefix } = this.#options;
    const index = new PolicyIndex<Spec>();
    const watches: StoreWatch[] = [];
    let failure: Error | undefined;
    const forget = (): void => {
      for (const watch of watches) watch.close();
    };
    const follow = async (
      prefix: string,
      changed: (name: string, object: Readonly<KubeObject> | undefined) => void,
    ): Promise<void> => {
      const { entries, revision } = await store.list({ prefix });
      for (const entry of entries) changed(entry.key.slice(prefix.length), storedObjectOf(entry).object);
      const watch = await store.watch({
        prefix,
        after: revision,
        onEvents: (events) => {
          for (const { type, key, value, revision: at } of events) {
            changed(key.slice(prefix.length), type === 'delete' ? undefined : storedObject(value, at).object);
          }
        },
        onEnd: (reason) => {
          failure = reason;
          forget();
          if (this.#index !== index) return;
          this.#index = undefined;
          logger.info({ error: reason, prefix }, 'the policies are read anew');
        },
      });
      watches.push(watch);
    };
    try {
      await follow(policyPrefix, (name, object) => index.putPolicy(name, object));
      await follow(bindingPrefix, (name, object) => index.putBinding(name, object));
      if (failure !== undefined) throw failure;
    } catch (error) {
      forget();
      throw error;
    }
    this.#index = index;
    return index;
  }
}

class PolicyIndex<Spec extends PolicySpec> {
  readonly #policies = new Map<string, Policy<Spec>>();
  readonly #bindings = new Map<string, Policy<BindingSpec>>();
  /** By plural; `*`: of all. Made anew after changes. */
  #byResource: ReadonlyMap<string, readonly BoundPolicy<Spec>[]> | undefined;

  putPolicy(name: string, object: Readonly<KubeObject> | undefined): void {
    this.#byResource = undefined;
    if (object === undefined) this.#policies.delete(name);
    // Decoded against its schema, whatever that makes of `Spec`.
    else this.#policies.set(name, { name, spec: viewAs<Registered<Spec>>(object).spec ?? ({} as Spec) });
  }

  putBinding(name: string, object: Readonly<KubeObject> | undefined): void {
    this.#byResource = undefined;
    if (object === undefined) this.#bindings.delete(name);
    else this.#bindings.set(name, { name, spec: viewAs<Registered<BindingSpec>>(object).spec ?? {} });
  }

  about(plural: string): readonly BoundPolicy<Spec>[] {
    this.#byResource ??= this.#grouped();
    return this.#byResource.get(plural) ?? this.#byResource.get('*') ?? [];
  }

  #grouped(): ReadonlyMap<string, readonly BoundPolicy<Spec>[]> {
    const byPolicy = Map.groupBy(this.#bindings.values(), ({ spec }) => spec.policyName ?? '');
    const ofAll: BoundPolicy<Spec>[] = [];
    const named = new Map<string, BoundPolicy<Spec>[]>();
    for (const [name, bindings] of byPolicy) {
      const policy = this.#policies.get(name);
      if (!policy) continue;
      const bound = { policy, bindings: bindings.toSorted(byName) };
      const plurals = pluralsOf(policy.spec);
      if (plurals.has('*')) ofAll.push(bound);
      else for (const plural of plurals) named.set(plural, [...(named.get(plural) ?? []), bound]);
    }
    const sorted = (list: readonly BoundPolicy<Spec>[]): readonly BoundPolicy<Spec>[] =>
      list.toSorted((left, right) => byName(left.policy, right.policy));
    return new Map([
      ['*', sorted(ofAll)],
      ...Array.from(named, ([plural, list]) => [plural, sorted([...list, ...ofAll])] as const),
    ]);
  }
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : 1;
}

/** Equivalent resources have the same plural. */
function pluralsOf({ matchConstraints }: PolicySpec): ReadonlySet<string> {
  const rules = matchConstraints?.resourceRules ?? [];
  if (rules.length === 0) return new Set(['*']);
  return new Set(rules.flatMap(({ resources = [] }) => resources.map((name) => name.split('/', 1)[0] ?? '')));
}
