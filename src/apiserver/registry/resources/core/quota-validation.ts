/** Mirrors ValidateResourceQuotaSpec and ValidateResourceQuotaUpdate, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { parseQuantity, quantityValue } from '../../../../api/quantity.ts';
import { viewAs } from '../view.ts';
import { resourceName, validateResourceQuantity } from './validation/resources.ts';

interface ScopeRequirement {
  readonly scopeName?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

interface ResourceQuota {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly scopes?: readonly string[];
    readonly scopeSelector?: { readonly matchExpressions?: readonly ScopeRequirement[] };
  };
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}

const specPath = field.path('spec');

const counted = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
];
const computed = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const standard = new Set([
  ...counted,
  ...computed,
  'ephemeral-storage',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
]);

/** What of a pod or a claim can be limited in each scope. */
const ofPods = new Set(['pods', ...computed]);
const scopes: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Terminating', ofPods],
  ['NotTerminating', ofPods],
  ['NotBestEffort', ofPods],
  ['PriorityClass', ofPods],
  ['CrossNamespacePodAffinity', ofPods],
  ['BestEffort', new Set(['pods'])],
  ['VolumeAttributesClass', new Set(['persistentvolumeclaims', 'requests.storage'])],
]);
const existsOnly = new Set([
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
]);
const conflicts = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

export function validateQuota(quota: Readonly<KubeObject>): FieldError[] {
  const { hard = {}, scopes: given, scopeSelector } = viewAs<ResourceQuota>(quota).spec ?? {};
  const names = Object.keys(hard).toSorted();
  return [
    ...Object.entries(hard).flatMap(([name, amount]) => validateLimit(name, amount, specPath.child('hard').key(name))),
    ...validateScopes(given ?? [], names),
    ...(scopeSelector ? validateSelector(scopeSelector.matchExpressions ?? [], given, names) : []),
  ];
}

export function validateQuotaUpdate(quota: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const given = viewAs<ResourceQuota>(quota).spec?.scopes ?? [];
  const before = viewAs<ResourceQuota>(old).spec?.scopes ?? [];
  const same = given.every((scope) => before.includes(scope)) && before.every((scope) => given.includes(scope));
  const changed = same ? [] : [field.invalid(specPath.child('scopes'), [...given], 'field is immutable')];
  return [...validateQuota(quota), ...changed];
}

/** Of `/status`. */
export function validateQuotaStatus(quota: Readonly<KubeObject>): FieldError[] {
  const { hard = {}, used = {} } = viewAs<ResourceQuota>(quota).status ?? {};
  const amounts = (name: string, all: Readonly<Record<string, string>>): FieldError[] =>
    Object.entries(all).flatMap(([resource, amount]) => {
      const path = field.path('status', name).key(resource);
      return [...validateName(resource, path), ...validateResourceQuantity(resource, amount, path)];
    });
  return [...amounts('hard', hard), ...amounts('used', used)];
}

function validateName(name: string, path: Path): FieldError[] {
  const known = name.includes('/') || isStandard(name);
  return [
    ...resourceName(name, path),
    ...(known ? [] : [field.invalid(path, name, 'must be a standard resource for quota')]),
  ];
}

function validateLimit(name: string, amount: string, path: Path): FieldError[] {
  const fractional = counted.includes(name) && quantityValue(parseQuantity(amount), -3) % 1000n !== 0n;
  return [
    ...validateName(name, path),
    ...validateResourceQuantity(name, amount, path),
    ...(fractional ? [field.invalid(path, amount, 'must be an integer')] : []),
  ];
}

function validateScopes(given: readonly string[], names: readonly string[]): FieldError[] {
  const fail = (text: string): FieldError => field.invalid(specPath.child('scopes'), [...given], text);
  return [
    ...given.flatMap((scope) => [
      ...(scopes.has(scope) ? [] : [fail('unsupported scope')]),
      ...names.filter((name) => isBeyond(scope, name)).map(() => fail('unsupported scope applied to resource')),
    ]),
    ...conflictsOf(given).map(() => fail('conflicting scopes')),
  ];
}

function validateSelector(
  requirements: readonly ScopeRequirement[],
  given: readonly string[] | undefined,
  names: readonly string[],
): FieldError[] {
  const path = specPath.child('scopeSelector', 'matchExpressions');
  // As upstream's internal struct is shown.
  const shown = {
    MatchExpressions: requirements.map(({ scopeName = '', operator = '', values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ? [...values] : null,
    })),
  };
  const errors = requirements.flatMap((requirement) => {
    const { scopeName = '' } = requirement;
    return [
      ...(scopes.has(scopeName) ? [] : [field.invalid(path.child('scopeName'), scopeName, 'unsupported scope')]),
      ...names
        .filter((name) => isBeyond(scopeName, name))
        .map(() => field.invalid(path, shown, 'unsupported scope applied to resource')),
      ...validateOperator(requirement, path),
    ];
  });
  const selected = requirements.map(({ scopeName = '' }) => scopeName);
  const conflicting = conflictsOf(selected).map(() =>
    field.invalid(path, given ? [...given] : null, 'conflicting scopes'),
  );
  return [...errors, ...conflicting];
}

function validateOperator({ scopeName = '', operator = '', values = [] }: ScopeRequirement, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  if (existsOnly.has(scopeName) && operator !== 'Exists') {
    const names = 'Terminating, NotTerminating, BestEffort, NotBestEffort or CrossNamespacePodAffinity';
    const text = `must be 'Exists' when scope is any of ${names.replaceAll(/[A-Z]\w+/g, 'ResourceQuotaScope$&')}`;
    errors.push(field.invalid(path.child('operator'), operator, text));
  }
  switch (operator) {
    case 'In':
    case 'NotIn': {
      const text = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
      return values.length > 0 ? errors : [...errors, field.required(path.child('values'), text)];
    }
    case 'Exists':
    case 'DoesNotExist': {
      const text = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      return values.length === 0 ? errors : [...errors, field.invalid(path.child('values'), [...values], text)];
    }
    default:
      return [...errors, field.invalid(path.child('operator'), operator, 'not a valid selector operator')];
  }
}

function conflictsOf(chosen: readonly string[]): readonly unknown[] {
  return conflicts.filter((pair) => pair.every((scope) => chosen.includes(scope)));
}

function isStandard(name: string): boolean {
  return standard.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

/** An unknown scope is complained of elsewhere. */
function isBeyond(scope: string, name: string): boolean {
  return isStandard(name) && scopes.get(scope)?.has(name) === false;
}
