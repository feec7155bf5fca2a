/**
 * Mirrors ValidatePersistentVolume and its update, v1.36. Of drivers that live outside Kubernetes by now (awsElasticBlockStore, cephfs,
 * iscsi…) only that they are the one type is checked.
 */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { equalJson, type JsonObject } from '../../../../api/json.ts';
import { objectAt } from '../../../../api/json-fields.ts';
import { subdomainNameRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, label, messages, oneOf, positiveQuantity, required, subdomain } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { jsonDifference } from '../json-difference.ts';
import { viewAs } from '../view.ts';
import { validateNodeSelector } from './validation/affinity.ts';
import { validateAccessModes } from './validation/claim-spec.ts';
import { validateDriverName } from './validation/driver-name.ts';
import { pathWithoutBacksteps } from './validation/file-paths.ts';
import type { NodeSelector } from './validation/pod-spec-view.ts';
import { validateHostPath, validateNfs } from './validation/volumes.ts';

interface SecretRef {
  readonly name?: string;
  readonly namespace?: string;
}

interface CsiSource {
  readonly driver?: string;
  readonly volumeHandle?: string;
  readonly controllerPublishSecretRef?: SecretRef;
  readonly controllerExpandSecretRef?: SecretRef;
  readonly nodePublishSecretRef?: SecretRef;
  readonly nodeExpandSecretRef?: SecretRef;
}

export interface VolumeSpec {
  readonly capacity?: Readonly<Record<string, string>>;
  readonly accessModes?: readonly string[];
  readonly claimRef?: object;
  readonly persistentVolumeReclaimPolicy?: string;
  readonly nodeAffinity?: { readonly required?: NodeSelector };
  readonly storageClassName?: string;
  readonly volumeMode?: string;
  readonly volumeAttributesClassName?: string;
  readonly hostPath?: { readonly path?: string; readonly type?: string };
  readonly nfs?: { readonly server?: string; readonly path?: string };
  readonly local?: { readonly path?: string };
  readonly csi?: CsiSource;
  readonly [source: string]: unknown;
}

interface PersistentVolume {
  readonly metadata: ObjectMeta;
  readonly spec?: VolumeSpec;
}

const specPath = field.path('spec');

/** In the order that upstream looks at them. */
const sourceNames = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
];

/** How upstream calls a second one, where it is not by its name. */
const misspelt: Readonly<Record<string, string>> = { cephfs: 'cephFS' };

export function validateVolume(object: Readonly<KubeObject>): FieldError[] {
  return validateVolumeSpec(viewAs<PersistentVolume>(object).spec ?? {}, specPath, 'volume');
}

export function validateVolumeUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const now = objectAt(jsonOf(object), 'spec') ?? {};
  const was = objectAt(jsonOf(old), 'spec') ?? {};
  const before = sourcesOf(was);
  const after = sourcesOf(now);
  const errors = validateVolume(object);
  if (!equalJson(withSecretAllowed(after, before), before)) {
    const text = `spec.persistentvolumesource is immutable after creation\n${jsonDifference(before, after)}`;
    errors.push(field.forbidden(specPath.child('persistentvolumesource'), text));
  }
  errors.push(...immutable(now['volumeMode'], was['volumeMode'], 'volumeMode'));
  const affinity = now['nodeAffinity'];
  if (was['nodeAffinity'] !== undefined && !equalJson(affinity, was['nodeAffinity'])) {
    const text = 'field is immutable, except for updating from beta label to GA';
    errors.push(field.invalid('nodeAffinity', affinity ?? null, text));
  }
  const attributes = 'volumeAttributesClassName';
  if (was[attributes] !== undefined && now[attributes] === undefined) {
    errors.push(field.forbidden(specPath.child(attributes), 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

/** `inline`: of a VolumeAttachment, which allows little. */
export function validateVolumeSpec(spec: VolumeSpec, path: Path, as: 'volume' | 'inline'): FieldError[] {
  const modesPath = path.child('accessModes');
  const modes = spec.accessModes ?? [];
  return [
    ...(as === 'inline' ? validateInline(spec, path) : []),
    ...(modes.length === 0 ? [field.required(modesPath, '')] : []),
    ...validateAccessModes(modes, modesPath),
    ...(as === 'volume' ? validateCapacity(spec.capacity ?? {}, path.child('capacity')) : []),
    ...validateReclaimPolicy(spec, path.child('persistentVolumeReclaimPolicy'), as),
    ...validateNodeAffinity(spec, path.child('nodeAffinity'), as),
    ...validateSources(spec, path),
    ...validateRecycled(spec, path),
    ...validateClasses(spec, path, as),
  ];
}

function validateInline({ claimRef, capacity = {}, csi }: VolumeSpec, path: Path): FieldError[] {
  const text = 'may not be specified in the context of inline volumes';
  return [
    ...(claimRef ? [field.forbidden(path.child('claimRef'), text)] : []),
    ...(Object.keys(capacity).length > 0 ? [field.forbidden(path.child('capacity'), text)] : []),
    ...(csi ? [] : [field.required(path.child('csi'), 'has to be specified in the context of inline volumes')]),
  ];
}

function validateCapacity(capacity: Readonly<Record<string, string>>, path: Path): FieldError[] {
  const names = Object.keys(capacity);
  return [
    ...(names.length === 0 ? [field.required(path, '')] : []),
    ...(names.length === 1 && names[0] === 'storage'
      ? []
      : [field.notSupported(path, names.length === 0 ? null : { ...capacity }, ['storage'])]),
    ...Object.entries(capacity).flatMap(([name, quantity]) => positiveQuantity(quantity, path.key(name))),
  ];
}

function validateReclaimPolicy(spec: VolumeSpec, path: Path, as: 'volume' | 'inline'): FieldError[] {
  const policy = spec.persistentVolumeReclaimPolicy ?? '';
  if (policy === '') return [];
  if (as === 'volume') return oneOf(policy, path, ['Delete', 'Recycle', 'Retain']);
  return policy === 'Retain' ? [] : [field.forbidden(path, 'may only be Retain in the context of inline volumes')];
}

function validateNodeAffinity({ nodeAffinity }: VolumeSpec, path: Path, as: 'volume' | 'inline'): FieldError[] {
  if (!nodeAffinity) return [];
  if (as === 'inline') return [field.forbidden(path, 'may not be specified in the context of inline volumes')];
  const place = path.child('required');
  if (!nodeAffinity.required) return [field.required(place, 'must specify required node constraints')];
  return validateNodeSelector(nodeAffinity.required, place);
}

function validateSources(spec: VolumeSpec, path: Path): FieldError[] {
  const given = sourceNames.filter((name) => spec[name] !== undefined);
  if (given.length === 0) return [field.required(path, 'must specify a volume type')];
  return given.flatMap((name, index) =>
    index === 0
      ? validateSource(name, spec, path)
      : [field.forbidden(path.child(misspelt[name] ?? name), 'may not specify more than 1 volume type')],
  );
}

function validateSource(name: string, spec: VolumeSpec, path: Path): FieldError[] {
  const place = path.child(name);
  if (name === 'hostPath') return validateHostPath(spec.hostPath ?? {}, place);
  if (name === 'nfs') return validateNfs(spec.nfs ?? {}, place);
  if (name === 'csi') return validateCsi(spec.csi ?? {}, place);
  if (name !== 'local') return [];
  const folder = spec.local?.path ?? '';
  return [
    ...(folder === '' ? [field.required(place.child('path'), '')] : pathWithoutBacksteps(folder, place.child('path'))),
    ...(spec.nodeAffinity ? [] : [field.required(path.child('nodeAffinity'), 'Local volume requires node affinity')]),
  ];
}

const secretFields = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

function validateCsi(csi: CsiSource, path: Path): FieldError[] {
  const errors = [
    ...validateDriverName(csi.driver ?? '', path.child('driver')),
    ...required(csi.volumeHandle, path.child('volumeHandle')),
  ];
  for (const name of secretFields) {
    const reference = csi[name];
    if (!reference) continue;
    const place = path.child(name);
    errors.push(
      ...validateName(reference.name, place.child('name'), subdomain),
      ...validateName(reference.namespace, place.child('namespace'), label),
    );
  }
  return errors;
}

function validateName(name: string | undefined, path: Path, rule: typeof label): FieldError[] {
  return name ? rule(name, path) : [field.required(path, '')];
}

function validateRecycled({ hostPath, persistentVolumeReclaimPolicy: policy }: VolumeSpec, path: Path): FieldError[] {
  if (policy !== 'Recycle' || !hostPath || !/^\/[./]*$/.test(hostPath.path ?? '')) return [];
  return [
    field.forbidden(path.child('persistentVolumeReclaimPolicy'), "may not be 'recycle' for a hostPath mount of '/'"),
  ];
}

function validateClasses(spec: VolumeSpec, path: Path, as: 'volume' | 'inline'): FieldError[] {
  const { storageClassName = '', volumeMode, volumeAttributesClassName: attributes } = spec;
  const classPath = path.child('storageClassName');
  const modePath = path.child('volumeMode');
  const attributesPath = path.child('volumeAttributesClassName');
  const errors: FieldError[] = [];
  if (as === 'volume') {
    if (storageClassName !== '')
      errors.push(...messages(classPath, storageClassName, subdomainNameRule(storageClassName, false)));
    errors.push(...oneOf(volumeMode, modePath, ['Block', 'Filesystem']));
  } else {
    const text = 'may not be specified in the context of inline volumes';
    if (storageClassName !== '') errors.push(field.forbidden(classPath, text));
    if (volumeMode !== undefined && volumeMode !== 'Filesystem') {
      const detail = 'may not specify volumeMode other than Filesystem in the context of inline volumes';
      errors.push(field.forbidden(modePath, detail));
    }
  }
  if (attributes === undefined) return errors;
  if (attributes === '') errors.push(field.required(attributesPath, 'an empty string is disallowed'));
  else errors.push(...messages(attributesPath, attributes, subdomainNameRule(attributes, false)));
  if (spec.csi) return errors;
  return [...errors, field.required(path.child('csi'), 'has to be specified when using volumeAttributesClassName')];
}

function sourcesOf(spec: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => sourceNames.includes(name)));
}

/** The secret for an expansion may come late. */
function withSecretAllowed(after: JsonObject, before: JsonObject): JsonObject {
  const [now, was] = [objectAt(after, 'csi'), objectAt(before, 'csi')];
  if (!now || !was || was['controllerExpandSecretRef'] !== undefined) return after;
  const { controllerExpandSecretRef: _late, ...csi } = now;
  return { ...after, csi };
}
