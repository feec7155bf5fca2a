/** Resources that containers and pods ask for. Mirrors validateResourceRequirements and validateContainerResourceName, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { qualifiedName } from '../../../../../api/names.ts';
import { compareQuantities, parseQuantity, QuantityError, quantityValue } from '../../../../../api/quantity.ts';
import { label, messages, nonNegativeQuantity } from '../../checks.ts';
import type { ResourceRequirements } from './pod-spec-view.ts';

const hugePagesPrefix = 'hugepages-';
const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage']);
const standardResources = new Set([
  ...containerResources,
  ...['cpu', 'memory', 'ephemeral-storage', 'storage'].flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  'storage',
  'pods',
  'resourcequotas',
  'services',
  'services.nodeports',
  'services.loadbalancers',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
]);
standardResources.delete('limits.storage');
const podLevelResources = ['cpu', hugePagesPrefix, 'memory'];

type NameRule = (name: string, path: Path) => FieldError[];

/** `claims`: names of the pod's resource claims. */
export function validateContainerResources(
  requirements: ResourceRequirements,
  claims: ReadonlySet<string>,
  path: Path,
): FieldError[] {
  return validateRequirements(requirements, containerResourceName, claims, path);
}

export function validatePodLevelResources(requirements: ResourceRequirements, path: Path): FieldError[] {
  const named: NameRule = (name, place) => {
    const errors = resourceName(name, place);
    if (
      errors.length > 0 ||
      podLevelResources.some((one) => (one === hugePagesPrefix ? isHugePages(name) : one === name))
    ) {
      return errors;
    }
    return [field.notSupported(place, name, podLevelResources)];
  };
  return [
    ...(requirements.claims
      ? [field.forbidden(path.child('claims'), 'claims may not be set for Resources at pod-level')]
      : []),
    ...validateRequirements(requirements, named, new Set(), path),
  ];
}

/** Not negative, and whole where it is counted. */
export function validateResourceQuantity(name: string, quantity: string, path: Path): FieldError[] {
  const fractional = isExtended(name) && quantityValue(parseQuantity(quantity), -3) % 1000n !== 0n;
  return [
    ...nonNegativeQuantity(quantity, path),
    ...(fractional ? [field.invalid(path, quantity, 'must be an integer')] : []),
  ];
}

export function containerResourceName(name: string, path: Path): FieldError[] {
  const errors = resourceName(name, path);
  if (!name.includes('/')) {
    if (!containerResources.has(name) && !name.startsWith(hugePagesPrefix)) {
      errors.push(field.invalid(path, name, 'must be a standard resource for containers'));
    }
  } else if (!isNative(name) && !isExtended(name)) {
    errors.push(field.invalid(path, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

/** Of anything that can be asked for or counted. */
export function resourceName(name: string, path: Path): FieldError[] {
  const errors = messages(path, name, qualifiedName(name));
  if (errors.length > 0 || name.includes('/')) return errors;
  const standard =
    standardResources.has(name) || name.startsWith(hugePagesPrefix) || name.startsWith('requests.hugepages-');
  return standard ? [] : [field.invalid(path, name, 'must be a standard resource type or fully qualified')];
}

function validateRequirements(
  { limits = {}, requests = {}, claims = [] }: ResourceRequirements,
  nameRule: NameRule,
  claimNames: ReadonlySet<string>,
  path: Path,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, quantity] of Object.entries(limits)) {
    const place = path.child('limits').key(name);
    errors.push(...nameRule(name, place), ...validateResourceQuantity(name, quantity, place));
    errors.push(...validateHugePages(name, quantity, place));
  }
  for (const [name, quantity] of Object.entries(requests)) {
    const place = path.child('requests').key(name);
    errors.push(...nameRule(name, place), ...validateResourceQuantity(name, quantity, place));
    errors.push(...validateAgainstLimit(name, quantity, limits[name], path));
    errors.push(...validateHugePages(name, quantity, place));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(field.forbidden(path, 'HugePages require cpu or memory'));
  }
  return [...errors, ...validateClaims(claims, claimNames, path.child('claims'))];
}

function validateAgainstLimit(name: string, quantity: string, limit: string | undefined, path: Path): FieldError[] {
  const overcommitted = isOvercommitted(name);
  if (limit === undefined) {
    if (overcommitted) return [];
    return [field.required(path.child('limits'), 'Limit must be set for non overcommitable resources')];
  }
  const order = compareQuantities(parseQuantity(quantity), parseQuantity(limit));
  const fail = (text: string) => [field.invalid(path.child('requests'), quantity, `${text} ${name} limit of ${limit}`)];
  if (order !== 0 && !overcommitted) return fail('must be equal to');
  return order > 0 ? fail('must be less than or equal to') : [];
}

function validateHugePages(name: string, quantity: string, path: Path): FieldError[] {
  if (!isHugePages(name)) return [];
  const size = pageSize(name);
  const value = quantityValue(parseQuantity(quantity));
  if (size > 0n && value % size === 0n) return [];
  return [field.invalid(path, quantity, `${quantity} is not positive integer multiple of ${name}`)];
}

/** Zero where the name has none. */
function pageSize(name: string): bigint {
  try {
    return quantityValue(parseQuantity(name.slice(hugePagesPrefix.length)));
  } catch (error) {
    if (error instanceof QuantityError) return 0n;
    throw error;
  }
}

function validateClaims(
  claims: NonNullable<ResourceRequirements['claims']>,
  known: ReadonlySet<string>,
  path: Path,
): FieldError[] {
  const seen = new Set<string>();
  return claims.flatMap(({ name = '', request = '' }, index) => {
    const place = path.index(index);
    if (name === '') return [field.required(place, '')];
    const key = request === '' ? name : `${name}/${request}`;
    const errors = request === '' || seen.has(name) ? [] : label(request, place.child('request'));
    if (seen.has(name)) errors.push(field.duplicate(place, name));
    else if (seen.has(key) || (request === '' && [...seen].some((other) => other.startsWith(`${name}/`)))) {
      errors.push(field.duplicate(place, key));
    }
    seen.add(key);
    if (!known.has(name)) {
      const list = known.size === 0 ? ' which is empty' : `: ${[...known].toSorted().join(', ')}`;
      const detail = `must be one of the names in pod.spec.resourceClaims${list}`;
      errors.push({ ...field.notFound(place, name), detail });
    }
    return errors;
  });
}

function isHugePages(name: string): boolean {
  return name.startsWith(hugePagesPrefix);
}

/** More of it may be allowed than asked for. */
export function isOvercommitted(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
}
