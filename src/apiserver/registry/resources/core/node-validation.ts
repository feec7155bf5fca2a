/** Mirrors ValidateNode and ValidateNodeUpdate, v1.36, but for annotations of old versions and the config source, which nothing reads. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { validateSloppyCidr } from '../../../../api/ip-address.ts';
import { labelValueRule, nameLengthMax } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { positive, qualified, requiredOneOf } from '../checks.ts';
import { viewAs } from '../view.ts';
import { validateResourceQuantity } from './validation/resources.ts';

interface Taint {
  readonly key?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly timeAdded?: string;
}

interface Address {
  readonly type: string;
  readonly address: string;
}

interface Node {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly podCIDRs?: readonly string[];
    readonly providerID?: string;
    readonly externalID?: string;
    readonly taints?: readonly Taint[];
  };
  readonly status?: {
    readonly capacity?: Readonly<Record<string, string>>;
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly addresses?: readonly Address[];
    readonly declaredFeatures?: readonly string[];
    readonly nodeInfo?: { readonly swap?: { readonly capacity?: number } };
  };
}

const metadataPath = field.path('metadata');
const specPath = field.path('spec');
const statusPath = field.path('status');
const rangesPath = specPath.child('podCIDRs');

export function validateNode(object: Readonly<KubeObject>): FieldError[] {
  const { spec = {}, status = {} } = viewAs<Node>(object);
  const swap = status.nodeInfo?.swap?.capacity;
  return [
    ...validateTaints(spec.taints ?? []),
    ...validateResources(status),
    ...(swap === undefined ? [] : positive(swap, metadataPath.child('nodeSwapStatus', 'capacity'))),
    ...validateFeatures(status.declaredFeatures ?? []),
    ...validateRanges(spec.podCIDRs ?? []),
  ];
}

/** Of the node and of its status alike. */
export function validateNodeUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const { spec = {}, status = {} } = viewAs<Node>(object);
  const { spec: before = {} } = viewAs<Node>(old);
  const { providerID = '' } = before;
  const errors = [
    ...validateResources(status),
    ...validateFeatures(status.declaredFeatures ?? []),
    ...validateAddresses(status.addresses ?? []),
    ...validateSameRanges(spec.podCIDRs ?? [], before.podCIDRs ?? []),
  ];
  if (providerID !== '' && spec.providerID !== providerID) {
    const text = 'node updates may not change providerID except from "" to valid';
    errors.push(field.forbidden(specPath.child('providerID'), text));
  }
  errors.push(...validateTaints(spec.taints ?? []));
  if ((spec.externalID ?? '') === (before.externalID ?? '')) return errors;
  return [...errors, field.forbidden(specPath.child('externalID'), 'may not be updated')];
}

/** Upstream looks for taints below metadata, where they were once. */
function validateTaints(taints: readonly Taint[]): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, index) => {
    const path = metadataPath.child('taints').index(index);
    const { key = '', value = '', effect = '', timeAdded = null } = taint;
    const texts = labelValueRule(value);
    const errors = [
      ...qualified(key, path.child('key')),
      ...(texts.length === 0 ? [] : [field.invalid(path.child('value'), value, texts.join(';'))]),
      ...requiredOneOf(effect, path.child('effect'), ['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
    ];
    const identity = JSON.stringify([effect, key]);
    if (seen.has(identity)) {
      // As upstream's internal struct is shown.
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded };
      errors.push({ ...field.duplicate(path, shown), detail: 'taints must be unique by key and effect pair' });
    }
    seen.add(identity);
    return errors;
  });
}

function validateResources({ capacity = {}, allocatable = {} }: NonNullable<Node['status']>): FieldError[] {
  const check = (amounts: Readonly<Record<string, string>>, name: string) =>
    Object.entries(amounts).flatMap(([resource, amount]) =>
      validateResourceQuantity(resource, amount, statusPath.child(name, resource)),
    );
  return [...check(capacity, 'capacity'), ...check(allocatable, 'allocatable')];
}

function validateFeatures(features: readonly string[]): FieldError[] {
  const path = statusPath.child('declaredFeatures');
  return features.flatMap((feature, index) => {
    const errors = validateFeature(feature, path.index(index));
    const next = features[index + 1];
    if (next === undefined || feature < next) return errors;
    const place = path.index(index + 1);
    if (feature === next) return [...errors, field.duplicate(place, next)];
    return [...errors, field.invalid(place, next, 'list must be sorted alphabetically')];
  });
}

const featureText =
  "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";

function validateFeature(feature: string, path: Path): FieldError[] {
  const fail = (text: string) => [
    field.invalid(path, feature, `invalid feature name ${JSON.stringify(feature)}: ${text}`),
  ];
  if (feature.length > nameLengthMax) return fail(`must be no more than ${nameLengthMax} characters`);
  return /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z0-9]+)*$/.test(feature) ? [] : fail(featureText);
}

function validateAddresses(addresses: readonly Address[]): FieldError[] {
  const seen = new Set<string>();
  return addresses.flatMap(({ type, address }, index) => {
    const identity = JSON.stringify([type, address]);
    // Upstream shows its internal struct.
    const shown = { Type: type, Address: address };
    const repeated = seen.has(identity) ? [field.duplicate(statusPath.child('addresses').index(index), shown)] : [];
    seen.add(identity);
    return repeated;
  });
}

function validateRanges(ranges: readonly string[]): FieldError[] {
  const errors = ranges.flatMap((range, index) => validateSloppyCidr(rangesPath.index(index), range));
  const [first = '', second = ''] = ranges;
  if (ranges.length < 2) return errors;
  const dual = ranges.length === 2 && first.includes(':') !== second.includes(':');
  if (dual) return errors;
  return [...errors, field.invalid(rangesPath, [...ranges], 'may specify no more than one CIDR for each IP family')];
}

function validateSameRanges(now: readonly string[], was: readonly string[]): FieldError[] {
  const changed =
    was.length === 0 ? 0 : now.length === was.length ? was.filter((range, index) => range !== now[index]).length : 1;
  const text = 'node updates may not change podCIDR except from "" to valid';
  return Array.from({ length: changed }, () => field.forbidden(rangesPath, text));
}
