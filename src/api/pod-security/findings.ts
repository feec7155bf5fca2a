/**
 * What the Pod Security Standards find against a pod: shared by the API server's admission and by what operators enforce on tenants' pods. Mirrors
 * pod-security-admission policy/registry.go, v1.36. Pure.
 */
import type { Check, CheckedPod, CheckPod, Finding } from './check.ts';
import { hostNamespaces, hostPorts, hostProbesAndHostLifecycle, windowsHostProcess } from './host-checks.ts';
import {
  allowPrivilegeEscalation,
  capabilitiesBaseline,
  capabilitiesRestricted,
  privileged,
  runAsNonRoot,
  runAsUser,
} from './privilege-checks.ts';
import {
  appArmorProfile,
  procMountBaseline,
  procMountRestricted,
  seccompProfileBaseline,
  seccompProfileRestricted,
  seLinuxOptions,
  sysctls,
} from './profile-checks.ts';
import type { SecurityStandard, StandardVersion } from './standard.ts';
import { hostPathVolumes, restrictedVolumes } from './volume-checks.ts';

/** In the order in which they are told: by their ids. */
const baseline: readonly Check[] = [
  appArmorProfile,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbesAndHostLifecycle,
  privileged,
  procMountBaseline,
  seLinuxOptions,
  seccompProfileBaseline,
  sysctls,
  windowsHostProcess,
];
const restricted: readonly Check[] = [
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  procMountRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompProfileRestricted,
];

/** In their order; none: the pod keeps to the standard. */
export function securityFindings({ level, version }: SecurityStandard, pod: CheckedPod): readonly Finding[] {
  if (level === 'privileged') return [];
  const stricter = level === 'restricted' ? restricted : [];
  const overridden = new Set(stricter.map((check) => at(check, version)?.overrides));
  const checks = [...baseline.filter(({ id }) => !overridden.has(id)), ...stricter];
  return checks.flatMap((check) => at(check, version)?.check(pod) ?? []);
}

/** `host namespaces (hostNetwork=true), privileged (…)`. */
export function findingsText(findings: readonly Finding[]): string {
  return findings.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}

/** How a check is made in a version; `undefined`: not yet. */
function at({ versions }: Check, version: StandardVersion): { check: CheckPod; overrides?: string } | undefined {
  return versions.findLast(({ since }) => version === 'latest' || since <= version);
}
