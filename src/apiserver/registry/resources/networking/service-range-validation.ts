/** Mirrors ValidateServiceCIDR and ValidateIPAddress with their updates, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { validateCidr, validateIp } from '../../../../api/ip-address.ts';
import { pathSegmentNameRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, messages, subdomain } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { objectAt } from '../../../../api/json-fields.ts';
import { viewAs } from '../view.ts';

interface ServiceCidr {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly cidrs?: readonly string[] };
}

interface ParentRef {
  readonly group?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

interface IpAddress {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly parentRef?: ParentRef };
}

const rangesPath = field.path('spec', 'cidrs');
const immutableText = 'field is immutable';

export function validateServiceRange(object: Readonly<KubeObject>): FieldError[] {
  const ranges = viewAs<ServiceCidr>(object).spec?.cidrs ?? [];
  if (ranges.length === 0) return [field.required(rangesPath, 'at least one CIDR required')];
  // Upstream shows its internal struct.
  if (ranges.length > 2) return [field.invalid(rangesPath, { CIDRs: [...ranges] }, 'may only hold up to 2 values')];
  const errors = ranges.flatMap((range, index) => validateCidr(rangesPath.index(index), range));
  const [first = '', second = ''] = ranges;
  if (errors.length > 0 || ranges.length === 1 || first.includes(':') !== second.includes(':')) return errors;
  const text = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
  return [field.invalid(rangesPath, [...ranges], text)];
}

/** A range may get a second one, of the other family; nothing else changes. */
export function validateServiceRangeUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const now = viewAs<ServiceCidr>(object).spec?.cidrs ?? [];
  const was = viewAs<ServiceCidr>(old).spec?.cidrs ?? [];
  const grown = was.length === 1 && now.length === 2;
  if (was.length !== now.length && !grown) return [field.invalid(rangesPath, [...now], immutableText)];
  const changed = was.flatMap((range, index) =>
    range === now[index] ? [] : [field.invalid(rangesPath.index(index), now[index] ?? '', immutableText)],
  );
  return grown ? [...changed, ...validateServiceRange(object)] : changed;
}

/** An IPAddress is named by its address, in its one true form. */
export function ipAddressNameRule(name: string): string[] {
  return validateIp('', name).map(({ detail }) => detail);
}

export function validateIpAddress(object: Readonly<KubeObject>): FieldError[] {
  const parent = viewAs<IpAddress>(object).spec?.parentRef;
  const path = field.path('spec', 'parentRef');
  if (!parent) return [field.required(path, '')];
  const { group = '', resource = '', namespace = '', name = '' } = parent;
  return [
    ...(group === '' ? [] : subdomain(group, path.child('group'))),
    ...(resource === '' ? [field.required(path.child('resource'), '')] : segment(resource, path.child('resource'))),
    ...(name === '' ? [field.required(path.child('name'), '')] : segment(name, path.child('name'))),
    ...(namespace === '' ? [] : segment(namespace, path.child('namespace'))),
  ];
}

export function validateIpAddressUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const parentOf = (one: Readonly<KubeObject>) => objectAt(objectAt(jsonOf(one), 'spec'), 'parentRef');
  return immutable(parentOf(object), parentOf(old), 'spec.parentRef');
}

function segment(value: string, path: Path): FieldError[] {
  return messages(path, value, pathSegmentNameRule(value, false));
}
