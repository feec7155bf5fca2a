/** Mirrors ValidateServiceClusterIPsRelatedFields, validateUpgradeDowngradeClusterIPs and …IPFamilies, v1.36. */
import { isIPv6 } from 'node:net';
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import { oneOf } from '../checks.ts';
import { ipAddress, isDualStack } from '../ip-addresses.ts';
import { isHeadless, type ServiceSpec } from './service-view.ts';

const specPath = field.path('spec');
const addressesPath = specPath.child('clusterIPs');
const familiesPath = specPath.child('ipFamilies');
const policyPath = specPath.child('ipFamilyPolicy');
const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const once = 'may not change once set';

export function validateAddresses(spec: ServiceSpec, before: ServiceSpec | undefined): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const { clusterIPs = [], ipFamilies = [] } = spec;
  const shown = [...clusterIPs];
  const errors = [...validateSingle(spec), ...validateFamilies(spec)];
  let broken = false;
  for (const [index, address] of clusterIPs.entries()) {
    if (index === 0 && address === 'None') {
      if (clusterIPs.length === 1) continue;
      broken = true;
      errors.push(field.invalid(addressesPath, shown, "'None' must be the first and only value"));
      continue;
    }
    const complaints = ipAddress(address, addressesPath.index(index), before?.clusterIPs);
    broken ||= complaints.length > 0;
    errors.push(...complaints);
  }
  if (clusterIPs.length > 2) errors.push(field.invalid(addressesPath, shown, 'may only hold up to 2 values'));
  if (broken) return errors;
  if (clusterIPs.length > 1 && !isDualStack(clusterIPs)) {
    errors.push(field.invalid(addressesPath, shown, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return errors;
  for (const [index, address] of clusterIPs.entries()) {
    const family = ipFamilies[index];
    const found = isIPv6(address) ? 'IPv6' : 'IPv4';
    if (family === undefined || !families.includes(family) || family === found) continue;
    const text = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    errors.push(field.invalid(addressesPath.index(index), address, text));
  }
  return errors;
}

export function validateAddressChanges(spec: ServiceSpec, before: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || before.type === 'ExternalName') return [];
  const headless = isHeadless(spec);
  const wasHeadless = isHeadless(before);
  return [
    ...(headless && wasHeadless ? [] : validateChangedAddresses(spec, before)),
    ...(headless || wasHeadless ? [] : validateChangedFamilies(spec, before)),
  ];
}

function validateSingle({ clusterIP = '', clusterIPs = [] }: ServiceSpec): FieldError[] {
  if (clusterIP === '') {
    if (clusterIPs.length === 0) return [];
    return [field.invalid(addressesPath, [...clusterIPs], 'must be empty when `clusterIP` is not specified')];
  }
  if (clusterIPs.length === 0) return [field.required(addressesPath, '')];
  if (clusterIPs[0] === clusterIP) return [];
  return [field.invalid(addressesPath, [...clusterIPs], 'first value must match `clusterIP`')];
}

function validateFamilies({ ipFamilies = [], ipFamilyPolicy }: ServiceSpec): FieldError[] {
  const seen = new Set<string>();
  return [
    ...ipFamilies.flatMap((family, index) => {
      const place = familiesPath.index(index);
      const again = seen.has(family);
      seen.add(family);
      return [...oneOf(family, place, families), ...(again ? [field.duplicate(place, family)] : [])];
    }),
    ...oneOf(ipFamilyPolicy, policyPath, policies),
  ];
}

function validateChangedAddresses(spec: ServiceSpec, before: ServiceSpec): FieldError[] {
  const now = spec.clusterIPs ?? [];
  const was = before.clusterIPs ?? [];
  // An empty list is Go's nil.
  const shown = now.length === 0 ? null : [...now];
  const changed = (index: number) => field.invalid(addressesPath.index(index), shown, once);
  if (now.length === was.length)
    return was.flatMap((address, index) => (address === now[index] ? [] : [changed(index)]));
  const errors: FieldError[] = [];
  if (now.length === 0) {
    errors.push(field.invalid(addressesPath.index(0), shown, 'primary clusterIP can not be unset'));
  } else if (was.length > 0 && now[0] !== was[0]) errors.push(changed(0));
  if (was.length > now.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const text = "must be set to 'SingleStack' when releasing the secondary clusterIP";
    errors.push(field.invalid(policyPath, spec.ipFamilyPolicy ?? null, text));
  }
  return errors;
}

function validateChangedFamilies(spec: ServiceSpec, before: ServiceSpec): FieldError[] {
  const now = spec.ipFamilies ?? [];
  const was = before.ipFamilies ?? [];
  const place = familiesPath.index(0);
  const shown = now.length === 0 ? null : [...now];
  if (now.length === was.length) {
    return was.flatMap((family, index) => (family === now[index] ? [] : [field.invalid(place, shown, once)]));
  }
  const errors: FieldError[] = [];
  if (was.length > now.length && (spec.clusterIPs?.length ?? 0) === 0) {
    errors.push(field.invalid(place, shown, 'primary ipFamily can not be unset'));
  }
  if (now.length > 0 && was.length > 0 && now[0] !== was[0]) {
    // Upstream shows the addresses here.
    errors.push(field.invalid(place, [...(spec.clusterIPs ?? [])], once));
  }
  if (was.length > now.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const text = "must be set to 'SingleStack' when releasing the secondary ipFamily";
    errors.push(field.invalid(policyPath, spec.ipFamilyPolicy ?? null, text));
  }
  return errors;
}
