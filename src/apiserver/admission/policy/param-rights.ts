/**
 * Who writes a policy or binding with params must be allowed to read them himself: messages could tell him what is in them. Mirrors
 * kubernetes pkg/registry/admissionregistration authz.go of policies and bindings.
 */
import * as field from '../../../api/field-error.ts';
import { parseApiVersion } from '../../../api/gvk.ts';
import { equalJson, type JsonObject } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { newInvalid } from '../../../api/status.ts';
import type { User } from '../../../api/user.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import { privilegedGroup } from '../../authz/rbac-authorizer.ts';
import type {
  BindingSpec,
  ParamKind,
  ParamRef,
  PolicySpec,
  Registered,
} from '../../registry/resources/admissionregistration/registration.ts';
import { jsonOf } from '../../registry/resources/fields.ts';
import { viewAs } from '../../registry/resources/view.ts';
import type { WriteHooks } from '../../registry/write-context.ts';
import type { ClusterReader } from '../cluster-reader.ts';
import { paramResource, ConfigurationError, type ParamServices } from './params.ts';

export interface ParamRightsServices {
  readonly authorizer: Authorizer;
  readonly params: ParamServices;
  readonly cluster: ClusterReader;
}

const group = 'admissionregistration.k8s.io';
const kinds = [
  {
    policies: 'validatingadmissionpolicies',
    bindings: 'validatingadmissionpolicybindings',
    kind: 'ValidatingAdmissionPolicy',
  },
  {
    policies: 'mutatingadmissionpolicies',
    bindings: 'mutatingadmissionpolicybindings',
    kind: 'MutatingAdmissionPolicy',
  },
] as const;

/** Of the registry, by `group/resource`. */
export function paramRightsHooks(services: () => ParamRightsServices): Readonly<Record<string, WriteHooks>> {
  const entries = kinds.flatMap(({ policies, bindings, kind }): [string, WriteHooks][] => [
    [`${group}/${policies}`, hooks(kind, (object, old, user) => policyErrors(services(), object, old, user))],
    [
      `${group}/${bindings}`,
      hooks(`${kind}Binding`, (object, old, user) => bindingErrors(services(), policies, object, old, user)),
    ],
  ]);
  return Object.fromEntries(entries);
}

type Check = (
  object: Readonly<KubeObject>,
  old: Readonly<KubeObject> | undefined,
  user: User,
) => Promise<readonly field.FieldError[]>;

function hooks(kind: string, check: Check): WriteHooks {
  return {
    async begin(object, old, { user }) {
      const errors = user.groups.includes(privilegedGroup) ? [] : await check(object, old, user);
      if (errors.length > 0) throw newInvalid({ group, kind }, object.metadata.name ?? '', errors);
      return () => Promise.resolve();
    },
    deleted: () => Promise.resolve(),
  };
}

async function policyErrors(
  { authorizer, params }: ParamRightsServices,
  object: Readonly<KubeObject>,
  old: Readonly<KubeObject> | undefined,
  user: User,
): Promise<readonly field.FieldError[]> {
  const paramKind = viewAs<Registered<PolicySpec>>(object).spec?.paramKind;
  if (!paramKind || (old && sameAt(object, old, ['paramKind']))) return [];
  const found = resourceOf(params, paramKind);
  if (await allows(authorizer, user, { verb: 'get', ...found, name: '*', namespace: '*' })) return [];
  const { kind = '', apiVersion = '' } = paramKind;
  const text = `user ${userText(user)} must have "get" permission on all objects of the referenced paramKind (kind=${kind}, apiVersion=${apiVersion})`;
  return [field.forbidden('spec.paramKind', text)];
}

async function bindingErrors(
  { authorizer, params, cluster }: ParamRightsServices,
  policies: string,
  object: Readonly<KubeObject>,
  old: Readonly<KubeObject> | undefined,
  user: User,
): Promise<readonly field.FieldError[]> {
  const { paramRef, policyName = '' } = viewAs<Registered<BindingSpec>>(object).spec ?? {};
  if (!paramRef || (old && sameAt(object, old, ['paramRef', 'policyName']) && !paramRef.selector)) return [];
  const policy = await cluster.find(group, policies, '', policyName);
  const paramKind = policy && viewAs<Registered<PolicySpec>>(policy).spec?.paramKind;
  const found = paramKind ? resourceOf(params, paramKind) : everything;
  const { name = '', namespace = '' }: ParamRef = paramRef;
  const verb = name === '' ? 'list' : 'get';
  if (await allows(authorizer, user, { verb, ...found, name, namespace })) return [];
  const minimum = `to determine minimum required permissions and user ${userText(user)} does not have "${verb}" permission for all groups, versions and resources`;
  if (!policy) return [field.forbidden('spec.paramRef', `unable to get policy ${policyName} ${minimum}`)];
  if (paramKind && found.resource === '*') {
    const { apiVersion = '', kind = '' } = paramKind;
    return [field.forbidden('spec.paramRef', `unable to resolve paramKind &{${apiVersion} ${kind}} ${minimum}`)];
  }
  const text = `user ${userText(user)} does not have "${verb}" permission on the object referenced by paramRef`;
  return [field.forbidden('spec.paramRef', text)];
}

interface Place {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** What isn't known could be anything. */
const everything: Place = { group: '*', version: '*', resource: '*' };

function resourceOf(services: ParamServices, paramKind: ParamKind): Place {
  const parsed = parseApiVersion(paramKind.apiVersion ?? '');
  if (!parsed) return everything;
  try {
    return { ...parsed, resource: paramResource(services, paramKind)?.gr.resource ?? '*' };
  } catch (error) {
    if (error instanceof ConfigurationError) return { ...parsed, resource: '*' };
    throw error;
  }
}

async function allows(
  authorizer: Authorizer,
  user: User,
  what: Place & { readonly verb: string; readonly name: string; readonly namespace: string },
): Promise<boolean> {
  const question = { user, isResourceRequest: true, path: '', subresource: '', ...what };
  return (await authorizer.authorize(question)).decision === 'allow';
}

function sameAt(object: Readonly<KubeObject>, old: Readonly<KubeObject>, names: readonly string[]): boolean {
  const specOf = (one: Readonly<KubeObject>): JsonObject => {
    const spec = jsonOf(one)['spec'];
    return typeof spec === 'object' && spec !== null && !Array.isArray(spec) ? spec : {};
  };
  return names.every((name) => equalJson(specOf(object)[name], specOf(old)[name]));
}

/** As Go prints the struct behind it. */
function userText({ name, uid = '', groups, extra = {} }: User): string {
  const extras = Object.keys(extra)
    .toSorted()
    .map((key) => `${key}:[${(extra[key] ?? []).join(' ')}]`);
  return `&{${name} ${uid} [${groups.join(' ')}] map[${extras.join(' ')}]}`;
}
