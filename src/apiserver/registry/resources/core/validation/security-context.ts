/** Mirrors ValidateSecurityContext and validatePodSpecSecurityContext, v1.36, but for Windows options. */
import { Buffer } from 'node:buffer';
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { id, oneOf } from '../../checks.ts';
import { descendingPath } from './file-paths.ts';
import type { PodSecurityContext, PodSpec, Profile, SecurityContext } from './pod-spec-view.ts';

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** `hostUsers`: the pod shares the host's user namespace. */
export function validateSecurityContext(
  context: SecurityContext | undefined,
  hostUsers: boolean,
  path: Path,
): FieldError[] {
  if (!context) return [];
  const { procMount } = context;
  return [
    ...id(context.runAsUser, path.child('runAsUser')),
    ...id(context.runAsGroup, path.child('runAsGroup')),
    ...oneOf(procMount, path.child('procMount'), ['Default', 'Unmasked']),
    ...(hostUsers && procMount === 'Unmasked'
      ? [field.invalid(path.child('procMount'), procMount, '`hostUsers` must be false to use `Unmasked`')]
      : []),
    ...validateSeccomp(context.seccompProfile, path.child('seccompProfile')),
    ...validateEscalation(context, path),
    ...validateAppArmor(context.appArmorProfile, path.child('appArmorProfile')),
  ];
}

export function validatePodSecurityContext(spec: PodSpec, path: Path): FieldError[] {
  const context: PodSecurityContext = spec.securityContext ?? {};
  return [
    ...id(context.fsGroup, path.child('fsGroup')),
    ...id(context.runAsUser, path.child('runAsUser')),
    ...id(context.runAsGroup, path.child('runAsGroup')),
    ...(context.supplementalGroups ?? []).flatMap((group, index) =>
      id(group, path.child('supplementalGroups').index(index)),
    ),
    ...(spec.shareProcessNamespace && spec.hostPID
      ? [
          field.invalid(
            path.child('shareProcessNamespace'),
            true,
            'ShareProcessNamespace and HostPID cannot both be enabled',
          ),
        ]
      : []),
    ...validateSysctls(context.sysctls ?? [], spec, path.child('sysctls')),
    ...oneOf(context.fsGroupChangePolicy, path.child('fsGroupChangePolicy'), ['Always', 'OnRootMismatch']),
    ...validateSeccomp(context.seccompProfile, path.child('seccompProfile')),
    ...validateAppArmor(context.appArmorProfile, path.child('appArmorProfile')),
    ...oneOf(context.supplementalGroupsPolicy, path.child('supplementalGroupsPolicy'), ['Merge', 'Strict']),
    ...oneOf(context.seLinuxChangePolicy, path.child('seLinuxChangePolicy'), ['MountOption', 'Recursive']),
  ];
}

function validateEscalation(context: SecurityContext, path: Path): FieldError[] {
  if (context.allowPrivilegeEscalation !== false) return [];
  const errors: FieldError[] = [];
  // Upstream shows its own internal struct here, which is not ours to show.
  const shown = structuredClone(context) as never;
  if (context.privileged) {
    errors.push(field.invalid(path, shown, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  }
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    const text = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    errors.push(field.invalid(path, shown, text));
  }
  return errors;
}

function validateSeccomp(profile: Profile | undefined, path: Path): FieldError[] {
  if (!profile) return [];
  const { type = '', localhostProfile } = profile;
  const errors =
    type === ''
      ? [field.required(path.child('type'), 'type is required when seccompProfile is set')]
      : oneOf(type, path.child('type'), profileTypes);
  const place = path.child('localhostProfile');
  if (type === 'Localhost') {
    if (localhostProfile === undefined)
      errors.push(field.required(place, 'must be set when seccomp type is Localhost'));
    else errors.push(...descendingPath(localhostProfile, place));
  } else if (localhostProfile !== undefined) {
    // Upstream shows its internal struct.
    const shown = { Type: type, LocalhostProfile: localhostProfile };
    errors.push(field.invalid(place, shown, 'can only be set when seccomp type is Localhost'));
  }
  return errors;
}

const profileBytesMax = 4095;

function validateAppArmor(profile: Profile | undefined, path: Path): FieldError[] {
  if (!profile) return [];
  const { type = '', localhostProfile } = profile;
  const place = path.child('localhostProfile');
  if (type === '') return [field.required(path.child('type'), 'type is required when appArmorProfile is set')];
  if (!profileTypes.includes(type)) return [field.notSupported(path.child('type'), type, profileTypes)];
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return [];
    return [field.invalid(place, localhostProfile, 'can only be set when AppArmor type is Localhost')];
  }
  if (localhostProfile === undefined) return [field.required(place, 'must be set when AppArmor type is Localhost')];
  const errors: FieldError[] = [];
  if (localhostProfile.trim() !== localhostProfile) {
    errors.push(field.invalid(place, localhostProfile, 'must not be padded with whitespace'));
  } else if (localhostProfile === '') {
    errors.push(field.required(place, 'must be set when AppArmor type is Localhost'));
  }
  if (Buffer.byteLength(localhostProfile) > profileBytesMax) errors.push(field.tooLong(place, profileBytesMax));
  return errors;
}

const segment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const sysctlText = `^(${segment}[\\./])*${segment}$`;
const sysctlPattern = new RegExp(sysctlText);
const sysctlLengthMax = 253;

function validateSysctls(sysctls: readonly { readonly name?: string }[], spec: PodSpec, path: Path): FieldError[] {
  const seen = new Set<string>();
  return sysctls.flatMap(({ name = '' }, index) => {
    const place = path.index(index).child('name');
    const errors: FieldError[] = [];
    if (name === '') errors.push(field.required(place, ''));
    else if (name.length > sysctlLengthMax || !sysctlPattern.test(name)) {
      const text = `must have at most ${sysctlLengthMax} characters and match regex ${sysctlText}`;
      errors.push(field.invalid(place, name, text));
    } else if (seen.has(name)) errors.push(field.duplicate(place, name));
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork && dotted.startsWith('net.')) {
      errors.push(field.invalid(place, name, "may not be specified when 'hostNetwork' is true"));
    } else if (spec.hostIPC && /^(kernel\.(shm|msg|sem)|fs\.mqueue\.)/.test(dotted)) {
      errors.push(field.invalid(place, name, "may not be specified when 'hostIPC' is true"));
    }
    seen.add(name);
    return errors;
  });
}
