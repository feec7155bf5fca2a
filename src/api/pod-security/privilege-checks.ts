/** What pods may do beyond an ordinary process. Mirrors pod-security-admission policy, v1.36: the checks of these names. */
import { objectAt } from '../json-fields.ts';
import type { JsonObject } from '../json.ts';
import {
  containersOf,
  hasUserNamespace,
  isForWindows,
  named,
  namesWhere,
  quoted,
  securityContext,
  setters,
  sortedSet,
  type Check,
  type CheckedPod,
  type CheckPod,
  type Finding,
} from './check.ts';

export const privileged: Check = { id: 'privileged', versions: [{ since: 0, check: isPrivileged }] };
export const capabilitiesBaseline: Check = {
  id: 'capabilities_baseline',
  versions: [{ since: 0, check: addsUnusual }],
};
export const capabilitiesRestricted: Check = {
  id: 'capabilities_restricted',
  versions: [
    { since: 22, check: keepsCapabilities, overrides: 'capabilities_baseline' },
    { since: 25, check: unlessForWindows(keepsCapabilities), overrides: 'capabilities_baseline' },
  ],
};
export const allowPrivilegeEscalation: Check = {
  id: 'allowPrivilegeEscalation',
  versions: [
    { since: 8, check: mayEscalate },
    { since: 25, check: unlessForWindows(mayEscalate) },
  ],
};
export const runAsNonRoot: Check = {
  id: 'runAsNonRoot',
  versions: [
    { since: 0, check: mayBeRoot },
    { since: 35, check: unlessInUserNamespace(mayBeRoot) },
  ],
};
export const runAsUser: Check = {
  id: 'runAsUser',
  versions: [
    { since: 23, check: asksForRoot },
    { since: 35, check: unlessInUserNamespace(asksForRoot) },
  ],
};

/** What container runtimes give anyway. */
const usual = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

/** Capabilities that a container wants to have, or (`drop`) not. */
export function capabilitiesOf(container: JsonObject, list: 'add' | 'drop'): string[] {
  const found = objectAt(securityContext(container), 'capabilities')?.[list];
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
}

/** As upstream leaves checks out that make no sense there. */
export function unlessForWindows(check: CheckPod): CheckPod {
  return (pod) => (isForWindows(pod) ? undefined : check(pod));
}

export function unlessInUserNamespace(check: CheckPod): CheckPod {
  return (pod) => (hasUserNamespace(pod) ? undefined : check(pod));
}

function isPrivileged(pod: CheckedPod): Finding | undefined {
  const bad = namesWhere(pod, (container) => securityContext(container)?.['privileged'] === true);
  if (bad.length === 0) return undefined;
  return { reason: 'privileged', detail: `${named('container', bad)} must not set securityContext.privileged=true` };
}

function addsUnusual(pod: CheckedPod): Finding | undefined {
  const unusual = (container: JsonObject): string[] =>
    capabilitiesOf(container, 'add').filter((capability) => !usual.has(capability));
  const bad = namesWhere(pod, (container) => unusual(container).length > 0);
  if (bad.length === 0) return undefined;
  const capabilities = sortedSet(containersOf(pod).flatMap(unusual));
  return {
    reason: 'non-default capabilities',
    detail: `${named('container', bad)} must not include ${quoted(capabilities)} in securityContext.capabilities.add`,
  };
}

function keepsCapabilities(pod: CheckedPod): Finding | undefined {
  const added = (container: JsonObject): string[] =>
    capabilitiesOf(container, 'add').filter((capability) => capability !== 'NET_BIND_SERVICE');
  const keeping = namesWhere(pod, (container) => !capabilitiesOf(container, 'drop').includes('ALL'));
  const adding = namesWhere(pod, (container) => added(container).length > 0);
  if (keeping.length === 0 && adding.length === 0) return undefined;
  const must = `${named('container', keeping)} must set securityContext.capabilities.drop=["ALL"]`;
  const capabilities = sortedSet(containersOf(pod).flatMap(added));
  const mustNot = `${named('container', adding)} must not include ${quoted(capabilities)} in securityContext.capabilities.add`;
  const detail = [...(keeping.length > 0 ? [must] : []), ...(adding.length > 0 ? [mustNot] : [])].join('; ');
  return { reason: 'unrestricted capabilities', detail };
}

function mayEscalate(pod: CheckedPod): Finding | undefined {
  const bad = namesWhere(pod, (container) => securityContext(container)?.['allowPrivilegeEscalation'] !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named('container', bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

function mayBeRoot(pod: CheckedPod): Finding | undefined {
  const said = (of: JsonObject): unknown => securityContext(of)?.['runAsNonRoot'] ?? undefined;
  const reason = 'runAsNonRoot != true';
  const ofPod = said(pod.spec);
  const who = setters(
    ofPod === false,
    namesWhere(pod, (container) => said(container) === false),
  );
  if (who !== '') return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  const silent = ofPod === true ? [] : namesWhere(pod, (container) => typeof said(container) !== 'boolean');
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${named('container', silent)} must set securityContext.runAsNonRoot=true` };
}

function asksForRoot(pod: CheckedPod): Finding | undefined {
  const isRoot = (of: JsonObject): boolean => securityContext(of)?.['runAsUser'] === 0;
  const who = setters(isRoot(pod.spec), namesWhere(pod, isRoot));
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
}
