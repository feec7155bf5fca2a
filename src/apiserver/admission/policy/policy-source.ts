/**
 * The policies of one kind with their bindings, as the store has them now, found by the resources that they are about. Mirrors apiserver
 * pkg/admission/plugin/policy/generic policy_source.go, which looks once in a second.
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Store } from '../../../storage/store.ts';
import type {
  BindingSpec,
  PolicySpec,
  Registered,
} from '../../registry/resources/admissionregistration/registration.ts';
import { viewAs } from '../../registry/resources/view.ts';
import { StoreIndex } from '../store-index.ts';

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
  readonly #index: StoreIndex<PolicyIndex<Spec>>;

  constructor({ store, logger, policyPrefix, bindingPrefix }: PolicySourceOptions) {
    this.#index = new StoreIndex({
      store,
      logger,
      make: () => new PolicyIndex(),
      kinds: [
        { prefix: policyPrefix, put: (index, name, object) => index.putPolicy(name, object) },
        { prefix: bindingPrefix, put: (index, name, object) => index.putBinding(name, object) },
      ],
    });
  }

  /** `false`: no policy can be about the resource. Must be asked again for each write. */
  mayConcern(plural: string): boolean {
    return this.#index.known === undefined || this.#index.known.about(plural).length > 0;
  }

  /** Those that may be about the resource, by name. A promise is rejected with what the store says. */
  about(plural: string): readonly BoundPolicy<Spec>[] | Promise<readonly BoundPolicy<Spec>[]> {
    const index = this.#index.index();
    return index instanceof Promise ? index.then((loaded) => loaded.about(plural)) : index.about(plural);
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
      else {
        for (const plural of plurals) {
          const list = named.get(plural);
          if (list) list.push(bound);
          else named.set(plural, [bound]);
        }
      }
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
