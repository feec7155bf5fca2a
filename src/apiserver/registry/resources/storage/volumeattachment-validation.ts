/** Mirrors ValidateVolumeAttachment and its update, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { inRange, subdomainNameRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, messages } from '../checks.ts';
import { validateDriverName } from '../core/validation/driver-name.ts';
import { validateVolumeSpec, type VolumeSpec } from '../core/volume-validation.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';

interface VolumeError {
  readonly message?: string;
  readonly errorCode?: number;
}

interface Source {
  readonly persistentVolumeName?: string;
  readonly inlineVolumeSpec?: VolumeSpec;
}

interface VolumeAttachment {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly attacher?: string; readonly nodeName?: string; readonly source?: Source };
  readonly status?: {
    readonly attachmentMetadata?: Readonly<Record<string, string>>;
    readonly attachError?: VolumeError;
    readonly detachError?: VolumeError;
  };
}

const specPath = field.path('spec');
const statusPath = field.path('status');
const metadataBytesMax = 256 * 1024;
const messageBytesMax = 1024;
const int32Max = 2_147_483_647;

export function validateVolumeAttachment(object: Readonly<KubeObject>): FieldError[] {
  const { spec = {}, status = {} } = viewAs<VolumeAttachment>(object);
  const { attacher = '', nodeName = '', source = {} } = spec;
  const volumeName = source.persistentVolumeName;
  const volumePath = specPath.child('source', 'persistentVolumeName');
  return [
    ...validateDriverName(attacher, specPath.child('attacher')),
    ...validateSource(source, specPath.child('source')),
    ...messages(specPath.child('nodeName'), nodeName, subdomainNameRule(nodeName, false)),
    ...validateMetadata(status.attachmentMetadata ?? {}, statusPath.child('attachmentMetadata')),
    ...validateVolumeError(status.attachError ?? {}, statusPath.child('attachError')),
    ...validateVolumeError(status.detachError ?? {}, statusPath.child('detachError')),
    ...(volumeName === undefined ? [] : messages(volumePath, volumeName, subdomainNameRule(volumeName, false))),
  ];
}

export function validateVolumeAttachmentUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  return [...validateVolumeAttachment(object), ...immutable(jsonOf(object)['spec'], jsonOf(old)['spec'], specPath)];
}

function validateSource({ persistentVolumeName, inlineVolumeSpec }: Source, path: Path): FieldError[] {
  const text = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inlineVolumeSpec && persistentVolumeName !== undefined) return [field.forbidden(path, text)];
  if (inlineVolumeSpec) return validateVolumeSpec(inlineVolumeSpec, path.child('inlineVolumeSpec'), 'inline');
  if (persistentVolumeName === undefined) return [field.required(path, text)];
  if (persistentVolumeName !== '') return [];
  return [field.required(path.child('persistentVolumeName'), 'must specify non empty persistentVolumeName')];
}

function validateMetadata(metadata: Readonly<Record<string, string>>, path: Path): FieldError[] {
  const bytes = Object.entries(metadata).reduce((sum, entry) => sum + Buffer.byteLength(entry.join('')), 0);
  return bytes > metadataBytesMax ? [field.tooLong(path, metadataBytesMax)] : [];
}

/** Upstream names the limit of the metadata for a message that is too long. */
function validateVolumeError({ message = '', errorCode }: VolumeError, path: Path): FieldError[] {
  return [
    ...(Buffer.byteLength(message) > messageBytesMax ? [field.tooLong(path.child('message'), metadataBytesMax)] : []),
    ...(errorCode === undefined || errorCode >= 0
      ? []
      : messages(path.child('errorCode'), errorCode, inRange(errorCode, 0, int32Max))),
  ];
}
