/** Mirrors ValidateCSIDriver, ValidateCSINode and ValidateCSIStorageCapacity with their updates, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { objectAt } from '../../../../api/json-fields.ts';
import { equalJson } from '../../../../api/json.ts';
import { validateLabelSelector, type LabelSelector } from '../../../../api/label-selector.ts';
import { subdomainNameRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, messages, nonNegative, nonNegativeQuantity, oneOf, qualified } from '../checks.ts';
import { validateDriverName } from '../core/validation/driver-name.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';

interface TokenRequest {
  readonly audience?: string;
  readonly expirationSeconds?: number;
}

interface CsiDriver {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly attachRequired?: boolean;
    readonly podInfoOnMount?: boolean;
    readonly storageCapacity?: boolean;
    readonly seLinuxMount?: boolean;
    readonly fsGroupPolicy?: string;
    readonly tokenRequests?: readonly TokenRequest[];
    readonly volumeLifecycleModes?: readonly string[];
    readonly nodeAllocatableUpdatePeriodSeconds?: number;
    readonly serviceAccountTokenInSecrets?: boolean;
  };
}

interface NodeDriver {
  readonly name?: string;
  readonly nodeID?: string;
  readonly topologyKeys?: readonly string[];
  readonly allocatable?: { readonly count?: number };
}

interface CsiNode {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly drivers?: readonly NodeDriver[] };
}

interface CsiStorageCapacity {
  readonly metadata: ObjectMeta;
  readonly nodeTopology?: LabelSelector;
  readonly storageClassName?: string;
  readonly capacity?: string;
}

const specPath = field.path('spec');
const tokenSecondsMin = 600;
const tokenSecondsMax = 2 ** 32;
const periodSecondsMin = 10;
const nodeIdBytesMax = 256;

export function validateCsiDriver(object: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<CsiDriver>(object);
  const {
    nodeAllocatableUpdatePeriodSeconds: period,
    serviceAccountTokenInSecrets: inSecrets,
    tokenRequests = [],
  } = spec;
  const errors = [
    ...given(spec.attachRequired, specPath.child('attachedRequired')),
    ...given(spec.podInfoOnMount, specPath.child('podInfoOnMount')),
    ...given(spec.storageCapacity, specPath.child('storageCapacity')),
    ...oneOf(spec.fsGroupPolicy, specPath.child('fsGroupPolicy'), ['File', 'None', 'ReadWriteOnceWithFSType']),
    ...validateTokenRequests(tokenRequests, specPath.child('tokenRequests')),
    ...(spec.volumeLifecycleModes ?? []).flatMap((mode) =>
      oneOf(mode, specPath.child('volumeLifecycleModes'), ['Persistent', 'Ephemeral']),
    ),
    ...given(spec.seLinuxMount, specPath.child('seLinuxMount')),
  ];
  if (period !== undefined && period < periodSecondsMin) {
    const path = specPath.child('nodeAllocatableUpdatePeriodSeconds');
    errors.push(field.invalid(path, period, `must be greater than or equal to ${periodSecondsMin} seconds`));
  }
  if (inSecrets !== undefined && tokenRequests.length === 0) {
    const text = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    errors.push(field.invalid(specPath.child('serviceAccountTokenInSecrets'), inSecrets, text));
  }
  return errors;
}

export function validateCsiDriverUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const now = objectAt(jsonOf(object), 'spec');
  const was = objectAt(jsonOf(old), 'spec');
  return [
    ...validateCsiDriver(object),
    ...immutable(now?.['attachRequired'], was?.['attachRequired'], specPath.child('attachedRequired')),
    ...immutable(now?.['volumeLifecycleModes'], was?.['volumeLifecycleModes'], specPath.child('volumeLifecycleModes')),
  ];
}

export function validateCsiNode(object: Readonly<KubeObject>): FieldError[] {
  const names = new Set<string>();
  return (viewAs<CsiNode>(object).spec?.drivers ?? []).flatMap((driver, index) => {
    const path = specPath.child('drivers').index(index);
    const { name = '' } = driver;
    const errors = validateNodeDriver(driver, path);
    if (names.has(name)) errors.push(field.duplicate(path.child('name'), name));
    names.add(name);
    return [...errors, ...validateTopologyKeys(driver.topologyKeys ?? [], path)];
  });
}

/** A driver that stays may only change how many volumes it takes. */
export function validateCsiNodeUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const before = new Map(
    (viewAs<CsiNode>(old).spec?.drivers ?? []).map((driver) => [driver.name ?? '', shownDriver(driver)]),
  );
  const changed = (viewAs<CsiNode>(object).spec?.drivers ?? []).map(shownDriver).filter((driver) => {
    const was = before.get(driver.Name);
    return was !== undefined && !equalJson(driver, was);
  });
  const path = specPath.child('drivers');
  return [...validateCsiNode(object), ...changed.map((driver) => field.invalid(path, driver, 'field is immutable'))];
}

/** As upstream shows its internal struct. */
function shownDriver({ name = '', nodeID = '', topologyKeys }: NodeDriver) {
  return { Name: name, NodeID: nodeID, TopologyKeys: topologyKeys ? [...topologyKeys] : null, Allocatable: null };
}

export function validateStorageCapacity(object: Readonly<KubeObject>): FieldError[] {
  const { nodeTopology, storageClassName = '', capacity } = viewAs<CsiStorageCapacity>(object);
  return [
    ...validateLabelSelector(nodeTopology, field.path('nodeTopology')),
    ...messages('storageClassName', storageClassName, subdomainNameRule(storageClassName, false)),
    ...(capacity === undefined ? [] : nonNegativeQuantity(capacity, 'capacity')),
  ];
}

export function validateStorageCapacityUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  return ['nodeTopology', 'storageClassName'].flatMap((name) =>
    immutable(jsonOf(object)[name], jsonOf(old)[name], name),
  );
}

function given(value: boolean | undefined, path: Path): FieldError[] {
  return value === undefined ? [field.required(path, '')] : [];
}

function validateTokenRequests(requests: readonly TokenRequest[], path: Path): FieldError[] {
  const audiences = new Set<string>();
  return requests.flatMap(({ audience = '', expirationSeconds: seconds }, index) => {
    const place = path.index(index);
    if (audiences.has(audience)) return [field.duplicate(place.child('audience'), audience)];
    audiences.add(audience);
    const fail = (text: string) => [field.invalid(place.child('expirationSeconds'), seconds ?? null, text)];
    if (seconds === undefined) return [];
    if (seconds < tokenSecondsMin) return fail('may not specify a duration less than 10 minutes');
    return seconds > tokenSecondsMax ? fail('may not specify a duration larger than 2^32 seconds') : [];
  });
}

function validateNodeDriver({ name = '', nodeID = '', allocatable }: NodeDriver, path: Path): FieldError[] {
  const idPath = path.child('nodeID');
  const tooLong = Buffer.byteLength(nodeID) > nodeIdBytesMax;
  return [
    ...validateDriverName(name, path.child('name')),
    ...(nodeID === '' ? [field.required(idPath, '')] : []),
    ...(tooLong ? [field.invalid(idPath, nodeID, `must be ${nodeIdBytesMax} characters or less`)] : []),
    ...nonNegative(allocatable?.count, path.child('allocatable', 'count')),
  ];
}

function validateTopologyKeys(keys: readonly string[], path: Path): FieldError[] {
  const seen = new Set<string>();
  return keys.flatMap((key) => {
    const errors = key === '' ? [field.required(path, '')] : [];
    if (seen.has(key)) errors.push(field.duplicate(path, key));
    seen.add(key);
    return [...errors, ...qualified(key, path)];
  });
}
