/**
 * Aggregated ClusterRoles have the rules of those ClusterRoles that their selectors find. They are brought up to date by the very write
 * that changes what they gather: who has its answer finds them changed. Mirrors kubernetes pkg/controller/clusterroleaggregation, which
 * gets there a moment later.
 *
 * The argument: what the rules should be follows from the index alone, so a change begins a round over all aggregated roles, and rounds
 * follow until one has nothing to do. Roles that gather each other in a circle may never settle; after {@link roundsMax} rounds they rest
 * until somebody else changes something.
 */
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import { labelRequirements } from '../../api/label-selector.ts';
import { matchesLabels, SelectorError, type LabelRequirements } from '../../api/label-requirement.ts';
import type { KubeObject } from '../../api/object.ts';
import { StatusError } from '../../api/status.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import { applyObject } from '../registry/managed-fields/managed-fields.ts';
import { managedScope } from '../registry/managed-fields/scope.ts';
import type { ResourceRegistry } from '../registry/resource-registry.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { PolicyRule } from './policy-rule.ts';
import type { RoleIndex } from './role-index.ts';
import type { ClusterRoleChange } from './role-source.ts';
import type { Role } from './stored-role.ts';

/** Rounds after one change: as deep as roles may gather from roles that gather. */
const roundsMax = 16;
/** What can be gathered, as JSON: no more than what upstream's store would take. */
const gatheredCharactersMax = 1_500_000;

export interface RoleAggregationOptions {
  readonly objects: Pick<GenericStore, 'rewrite'>;
  readonly resources: Pick<ResourceRegistry, 'find'>;
  readonly clusterRoles: ServedResource;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class RoleAggregation {
  readonly #options: RoleAggregationOptions;
  /** The newest: it may be read anew meanwhile. */
  #index: RoleIndex | undefined;
  #running: Promise<void> | undefined;
  /** Counts changes of any ClusterRole that matters. */
  #changes = 0;
  /** A change was somebody else's. */
  #disturbed = false;
  /** The role that is being written. */
  #writing: string | undefined;

  constructor(options: RoleAggregationOptions) {
    this.#options = options;
  }

  /** To be told of all changes of ClusterRoles, after the index has them. */
  changed(index: RoleIndex, changes: readonly ClusterRoleChange[]): void {
    const wanted = gatheringRoles(index).flatMap((role) => requirementsOf(role) ?? []);
    const concerns = (role: Role | undefined): boolean =>
      role !== undefined && (role.selectors !== undefined || wanted.some((one) => matchesLabels(one, role.labels)));
    const matter = changes.filter(({ before, after }) => concerns(before) || concerns(after));
    if (matter.length === 0) return;
    this.#index = index;
    this.#changes++;
    this.#disturbed ||= matter.some(({ before, after }) => (after ?? before)?.name !== this.#writing);
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** Resolves when no aggregated role is being brought up to date. Never rejects. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Out of the stack of who tells of a change.
    await Promise.resolve();
    for (let left = roundsMax; left > 0; left--) {
      const before = this.#changes;
      this.#disturbed = false;
      await this.#round();
      if (this.#changes === before) return;
      if (this.#disturbed) left = roundsMax;
    }
    this.#options.logger.warn({}, 'aggregated roles gather each other and do not settle');
  }

  async #round(): Promise<void> {
    const { objects, clusterRoles } = this.#options;
    // Backwards: view, then edit, then admin, each of which gathers the one before.
    for (const { name } of gatheringRoles(this.#index).toReversed()) {
      this.#writing = name;
      try {
        if (!this.#outdatedRules(name)) continue;
        await objects.rewrite({ resource: clusterRoles, namespace: '', name }, false, (old) => {
          const rules = this.#outdatedRules(name);
          if (!rules || !isJsonObject(old.object['aggregationRule'])) return undefined;
          return this.#withRules(old.decode(), rules);
        });
      } catch (error) {
        // It has gone meanwhile; or it can't be written, which is no reason to leave the others.
        const gone = error instanceof StatusError && error.status.reason === 'NotFound';
        if (!gone)
          this.#options.logger.error({ name, err: error }, 'an aggregated role could not be brought up to date');
      } finally {
        this.#writing = undefined;
      }
    }
  }

  /** As upstream's controller applies them. May mutate. */
  #withRules(role: KubeObject, gathered: readonly PolicyRule[]): KubeObject {
    const { resources, clusterRoles, clock } = this.#options;
    // Rules are plain lists of texts.
    const rules = gathered as unknown as JsonValue[];
    const { kind, apiVersion, metadata } = role;
    const { managedFields } = applyObject({
      scope: managedScope(resources, clusterRoles, ''),
      live: role,
      config: { apiVersion, kind, metadata: { name: metadata.name ?? '' }, ...(rules.length > 0 ? { rules } : {}) },
      manager: 'clusterrole-aggregation-controller',
      force: true,
      now: clock.now(),
    });
    const { managedFields: _before, ...kept } = metadata;
    return {
      ...role,
      metadata: { ...kept, ...(managedFields ? { managedFields } : {}) },
      rules: rules.length > 0 ? rules : null,
    };
  }

  /** The rules that a role should have instead of its own; `undefined`: it has them, or can't have them. */
  #outdatedRules(name: string): readonly PolicyRule[] | undefined {
    const role = this.#index?.role('', name);
    if (!this.#index || !role?.selectors) return undefined;
    const rules = gathered(this.#index, role);
    if (rules === 'too many') {
      this.#options.logger.warn({ name }, 'an aggregated role finds more rules than fit into one');
      return undefined;
    }
    return rules && !equalRules(rules, role.rules) ? rules : undefined;
  }
}

function gatheringRoles(index: RoleIndex | undefined): readonly Role[] {
  return [...(index?.clusterRoles.values() ?? [])].filter(({ selectors }) => selectors !== undefined);
}

/** `undefined`: a selector isn't valid, so nothing is gathered. */
function requirementsOf({ selectors = [] }: Role): readonly (LabelRequirements | undefined)[] | undefined {
  try {
    return selectors.map((selector) => labelRequirements(selector));
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

function gathered(index: RoleIndex, gathering: Role): readonly PolicyRule[] | 'too many' | undefined {
  const requirements = requirementsOf(gathering);
  if (!requirements) return undefined;
  const sources = [...index.clusterRoles.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const rules = new Map<string, PolicyRule>();
  let characters = 0;
  for (const one of requirements) {
    for (const source of sources) {
      if (source.name === gathering.name || !matchesLabels(one, source.labels)) continue;
      for (const rule of source.rules) {
        const key = ruleKey(rule);
        if (rules.has(key)) continue;
        characters += key.length;
        if (characters > gatheredCharactersMax) return 'too many';
        rules.set(key, rule);
      }
    }
  }
  return [...rules.values()];
}

function equalRules(left: readonly PolicyRule[], right: readonly PolicyRule[]): boolean {
  return left.length === right.length && left.every((rule, index) => sameRule(rule, right[index]));
}

function sameRule(left: PolicyRule, right: PolicyRule | undefined): boolean {
  return right !== undefined && (left === right || ruleKey(left) === ruleKey(right));
}

function ruleKey({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  return JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
}
