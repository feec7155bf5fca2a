/**
 * What a write needs besides the permission for its verb: PUT and PATCH that create an object need `create`; and nobody gives away what
 * he hasn't got: whoever writes a role must have all its rules (or may `escalate`), whoever writes a binding must have all the rules of
 * its role (or may `bind` it). Mirrors apiserver endpoints/handlers withAuthorization, kubernetes pkg/registry/rbac/escalation_check and
 * the policybased storages.
 */
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { goAggregate, goQuote } from '../../api/go-text.ts';
import type { KubeObject } from '../../api/object.ts';
import { newForbidden, newNotFound, failure } from '../../api/status.ts';
import type { User } from '../../api/user.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { RequestContext } from '../request-context.ts';
import { attributesOf, forbiddenError, type Authorizer } from './authorizer.ts';
import type { PolicyRule } from './policy-rule.ts';
import { privilegedGroup } from './rbac-authorizer.ts';
import type { RoleIndex } from './role-index.ts';
import { rbacGroup } from './role-entries.ts';
import type { RoleSource } from './role-source.ts';
import { goQuoteList, missingRules, missingRulesText, TooManyRulesError } from './rule-covers.ts';
import { resolveRole, rulesOfUser, storageErrorText } from './rule-resolver.ts';
import { bindingOf, roleOf } from './stored-role.ts';

export interface WriteChecks {
  /**
   * May the caller give such rights? To be asked between mutating admission and the strategy, for every kind; cheap where it isn't
   * about rights. `old` is absent when the object is being created. Throws StatusErrors.
   */
  checkGrant(
    context: RequestContext,
    resource: ServedResource,
    object: Readonly<KubeObject>,
    old: Readonly<KubeObject> | undefined,
  ): Promise<void>;
  /** May the caller of an update or patch create the object? To be asked between the strategy and validating admission. Throws Forbidden. */
  checkCreate(context: RequestContext): Promise<void>;
}

const roleResources: ReadonlySet<string> = new Set(['roles', 'clusterroles']);

/** Everything: what aggregation could gather. */
const fullAuthority: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

export function createWriteChecks(authorizer: Authorizer, source: RoleSource): WriteChecks {
  return {
    async checkGrant(context, resource, object, old) {
      if (resource.gr.group !== rbacGroup || context.user.groups.includes(privilegedGroup)) return;
      const isRole = roleResources.has(resource.gr.resource);
      if (isRole && (await mayEscalate(authorizer, context))) return;
      if (old && changesOnlyOwnership(object, old)) return;
      const index = await source.index();
      if (isRole) checkRole(index, context, resource, object, old);
      else await checkBinding(authorizer, index, context, resource, object);
    },
    async checkCreate({ user, info }) {
      const attributes = { ...attributesOf(user, info), verb: 'create' };
      const { decision, reason } = await authorizer.authorize(attributes);
      if (decision !== 'allow') throw forbiddenError(attributes, reason);
    },
  };
}

/** The name is the request's: empty for POST, whatever the object is called. */
async function mayEscalate(authorizer: Authorizer, { user, info }: RequestContext): Promise<boolean> {
  const { group, resource, name, namespace } = info;
  return allows(authorizer, user, 'escalate', { group, resource, name, namespace });
}

interface Place {
  readonly group: string;
  readonly resource: string;
  readonly name: string;
  readonly namespace: string;
}

async function allows(authorizer: Authorizer, user: User, verb: string, place: Place): Promise<boolean> {
  const { decision } = await authorizer.authorize({
    user,
    verb,
    isResourceRequest: true,
    path: '',
    version: '*',
    subresource: '',
    ...place,
  });
  return decision === 'allow';
}

function checkRole(
  index: RoleIndex,
  context: RequestContext,
  resource: ServedResource,
  object: Readonly<KubeObject>,
  old: Readonly<KubeObject> | undefined,
): void {
  const { name = '' } = object.metadata;
  const problem = escalationText(index, context, roleOf(object).rules);
  if (problem !== undefined) throw newForbidden(resource.gr, name, problem);
  if (!isAggregated(object) && !(old && isAggregated(old))) return;
  if (escalationText(index, context, fullAuthority) === undefined) return;
  throw newForbidden(resource.gr, name, 'must have cluster-admin privileges to use the aggregationRule');
}

async function checkBinding(
  authorizer: Authorizer,
  index: RoleIndex,
  context: RequestContext,
  resource: ServedResource,
  object: Readonly<KubeObject>,
): Promise<void> {
  const namespace = resource.namespaced ? context.info.namespace : '';
  const { roleRef } = bindingOf(object);
  const plural = roleRef.kind === 'Role' ? 'roles' : roleRef.kind === 'ClusterRole' ? 'clusterroles' : undefined;
  if (plural !== undefined) {
    const place = { group: roleRef.apiGroup, resource: plural, name: roleRef.name, namespace };
    if (await allows(authorizer, context.user, 'bind', place)) return;
  }
  const role = resolveRole(index, roleRef, namespace);
  if ('error' in role) throw failure(500, '', role.error);
  // Upstream names the binding's resource here.
  if ('missing' in role) throw newNotFound(resource.gr, roleRef.name);
  const problem = escalationText(index, context, role.rules);
  if (problem !== undefined) throw newForbidden(resource.gr, object.metadata.name ?? '', problem);
}

/** What upstream says of rules that the caller hasn't got; `undefined`: he has them all. */
function escalationText(
  index: RoleIndex,
  { user, info }: RequestContext,
  wanted: readonly PolicyRule[],
): string | undefined {
  const { rules, errors } = rulesOfUser(index, user, info.namespace);
  const who = `user ${goQuote(user.name)} (groups=${goQuoteList(user.groups)}) is attempting to grant`;
  try {
    const missing = missingRules(rules, wanted);
    if (missing.length === 0) return undefined;
    const text = `${who} RBAC permissions not currently held:\n${missingRulesText(missing)}`;
    if (errors.length === 0) return text;
    const texts = errors.map((error) => storageErrorText(error, info.resource));
    return `${text}; resolution errors: [${goAggregate(texts)}]`;
  } catch (error) {
    if (error instanceof TooManyRulesError) return `${who} more RBAC permissions at once than can be compared`;
    throw error;
  }
}

function isAggregated(role: Readonly<KubeObject>): boolean {
  return (roleOf(role).selectors?.length ?? 0) > 0;
}

/**
 * Owner references and finalizers are the garbage collector's business: whoever may update an object may change them, whatever it
 * grants. Mirrors rbac IsOnlyMutatingGCFields.
 */
function changesOnlyOwnership(object: Readonly<KubeObject>, old: Readonly<KubeObject>): boolean {
  return equalJson(comparable(object), comparable(old));
}

function comparable(object: Readonly<KubeObject>): JsonValue {
  const {
    ownerReferences: _owners,
    finalizers: _finalizers,
    managedFields: _managed,
    selfLink: _link,
    ...metadata
  } = object.metadata;
  // An object is JSON.
  return withoutEmpty({ ...object, metadata } as unknown as JsonObject);
}

/** As Go's semantic equality sees it: nil and empty are the same. An aggregation rule that is there, though empty, is none of these. */
function withoutEmpty(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value)
    .map(([name, inner]) => [name, withoutEmpty(inner)] as const)
    .filter(([name, inner]) => name === 'aggregationRule' || !isEmpty(inner));
  return Object.fromEntries(kept);
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
