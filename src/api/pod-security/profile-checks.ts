/** Profiles of the kernel's own guards: AppArmor, SELinux, seccomp, /proc, sysctls. Mirrors pod-security-admission policy, v1.36. */
import { goQuote } from '../go-text.ts';
import { objectAt, objectsAt, textAt } from '../json-fields.ts';
import type { JsonObject } from '../json.ts';
import {
  containersOf,
  named,
  namesWhere,
  plural,
  quoted,
  securityContext,
  setters,
  sortedSet,
  type Check,
  type CheckedPod,
  type CheckPod,
  type Finding,
} from './check.ts';
import { unlessForWindows, unlessInUserNamespace } from './privilege-checks.ts';

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
/** By the version that added them. */
const safeSysctls: readonly (readonly [since: number, names: readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
];
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/';

export const appArmorProfile: Check = { id: 'appArmorProfile', versions: [{ since: 0, check: wrongAppArmor }] };
export const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  versions: [
    { since: 0, check: wrongSeLinux(seLinuxTypes) },
    { since: 31, check: wrongSeLinux([...seLinuxTypes, 'container_engine_t']) },
  ],
};
export const procMountBaseline: Check = {
  id: 'procMount',
  versions: [
    { since: 0, check: unmasksProc },
    { since: 35, check: unlessInUserNamespace(unmasksProc) },
  ],
};
export const procMountRestricted: Check = {
  id: 'procMount_restricted',
  versions: [{ since: 35, check: unmasksProc, overrides: 'procMount' }],
};
export const seccompProfileBaseline: Check = {
  id: 'seccompProfile_baseline',
  versions: [
    { since: 0, check: wrongSeccompAnnotation },
    { since: 19, check: (pod) => wrongSeccomp(pod) },
  ],
};
export const seccompProfileRestricted: Check = {
  id: 'seccompProfile_restricted',
  versions: [
    { since: 19, check: withoutSeccomp, overrides: 'seccompProfile_baseline' },
    { since: 25, check: unlessForWindows(withoutSeccomp), overrides: 'seccompProfile_baseline' },
  ],
};
export const sysctls: Check = {
  id: 'sysctls',
  versions: safeSysctls.map(([since]) => ({ since, check: unsafeSysctls(since) })),
};

/** Annotations of a pod that say how it is confined: they are a part of its spec, older than the fields. */
export function isConfining(annotation: string): boolean {
  return annotation.startsWith(appArmorPrefix) || annotation === seccompPod || annotation.startsWith(seccompPrefix);
}

/** Types of a kind of profile, where it is one: of the pod and of its containers. */
function typeOf(of: JsonObject, profile: string): string | undefined {
  const found = objectAt(securityContext(of), profile);
  return found && textAt(found, 'type');
}

function isConfinedType(type: string | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

function wrongAppArmor(pod: CheckedPod): Finding | undefined {
  const type = (of: JsonObject): string | undefined => typeOf(of, 'appArmorProfile');
  const isWrong = (of: JsonObject): boolean => type(of) !== undefined && !isConfinedType(type(of));
  const annotations = Object.entries(pod.annotations)
    .filter(([key, profile]) => key.startsWith(appArmorPrefix) && !isAllowedAppArmor(profile))
    .map(([key, profile]) => `${key}=${goQuote(profile)}`);
  const who = [
    setters(isWrong(pod.spec), namesWhere(pod, isWrong)),
    annotations.length > 0 ? plural('annotation', annotations.length) : '',
  ].filter((text) => text !== '');
  if (who.length === 0) return undefined;
  const types = [pod.spec, ...containersOf(pod)].filter(isWrong).map((of) => type(of) ?? '');
  const values = [...sortedSet(types), ...annotations.toSorted()];
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
}

function isAllowedAppArmor(profile: string): boolean {
  return profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');
}

function wrongSeLinux(allowed: readonly string[]): CheckPod {
  return (pod) => {
    const options = (of: JsonObject): JsonObject | undefined => objectAt(securityContext(of), 'seLinuxOptions');
    const isWrong = (of: JsonObject): boolean => {
      const found = options(of);
      if (!found) return false;
      return !allowed.includes(textAt(found, 'type')) || textAt(found, 'user') !== '' || textAt(found, 'role') !== '';
    };
    const who = setters(isWrong(pod.spec), namesWhere(pod, isWrong));
    if (who === '') return undefined;
    const wrong = [pod.spec, ...containersOf(pod)].filter(isWrong).map(options);
    const types = sortedSet(wrong.map((found) => textAt(found, 'type')).filter((type) => !allowed.includes(type)));
    const what = [
      ...(types.length > 0 ? [named('type', types)] : []),
      ...['user', 'role']
        .filter((field) => wrong.some((found) => textAt(found, field) !== ''))
        .map((field) => `${field} may not be set`),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
    };
  };
}

function unmasksProc(pod: CheckedPod): Finding | undefined {
  const mount = (container: JsonObject): unknown => securityContext(container)?.['procMount'] ?? 'Default';
  const bad = namesWhere(pod, (container) => mount(container) !== 'Default');
  if (bad.length === 0) return undefined;
  const types = sortedSet(
    containersOf(pod)
      .map((container) => String(mount(container)))
      .filter((type) => type !== 'Default'),
  );
  return {
    reason: 'procMount',
    detail: `${named('container', bad)} must not set securityContext.procMount to ${quoted(types)}`,
  };
}

function wrongSeccompAnnotation(pod: CheckedPod): Finding | undefined {
  const keys = [seccompPod, ...namesWhere(pod, () => true).map((name) => `${seccompPrefix}${name}`)];
  const forbidden = keys.flatMap((key) => {
    const value = Object.hasOwn(pod.annotations, key) ? pod.annotations[key] : undefined;
    return value === undefined || isAllowedSeccomp(value) ? [] : [`${key}=${goQuote(value)}`];
  });
  if (forbidden.length === 0) return undefined;
  const values = sortedSet(forbidden);
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural('annotation', values.length)} ${values.join(', ')}`,
  };
}

function isAllowedSeccomp(profile: string): boolean {
  return profile === 'runtime/default' || profile === 'docker/default' || profile.startsWith('localhost/');
}

function wrongSeccomp(pod: CheckedPod): Finding | undefined {
  const type = (of: JsonObject): string | undefined => typeOf(of, 'seccompProfile');
  const isWrong = (of: JsonObject): boolean => type(of) !== undefined && !isConfinedType(type(of));
  const who = setters(isWrong(pod.spec), namesWhere(pod, isWrong));
  if (who === '') return undefined;
  const types = sortedSet([pod.spec, ...containersOf(pod)].filter(isWrong).map((of) => type(of) ?? ''));
  return {
    reason: 'seccompProfile',
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
  };
}

function withoutSeccomp(pod: CheckedPod): Finding | undefined {
  const wrong = wrongSeccomp(pod);
  if (wrong) return wrong;
  if (typeOf(pod.spec, 'seccompProfile') !== undefined) return undefined;
  const silent = namesWhere(pod, (container) => typeOf(container, 'seccompProfile') === undefined);
  if (silent.length === 0) return undefined;
  const detail = `pod or ${named('container', silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
}

function unsafeSysctls(version: number): CheckPod {
  const safe = new Set(safeSysctls.flatMap(([since, names]) => (since <= version ? names : [])));
  return ({ spec }) => {
    const names = objectsAt(securityContext(spec), 'sysctls').map((sysctl) => textAt(sysctl, 'name'));
    const forbidden = names.filter((name) => !safe.has(name));
    return forbidden.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: forbidden.join(', ') };
  };
}
