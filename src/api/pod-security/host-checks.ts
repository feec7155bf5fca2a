/** Pods that reach into their node. Mirrors pod-security-admission policy, v1.36: the checks of these names. */
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
  type Finding,
} from './check.ts';

export const hostNamespaces: Check = { id: 'hostNamespaces', versions: [{ since: 0, check: sharesNamespaces }] };
export const hostPorts: Check = { id: 'hostPorts', versions: [{ since: 0, check: usesHostPorts }] };
export const hostProbesAndHostLifecycle: Check = {
  id: 'hostProbesAndHostLifecycle',
  versions: [{ since: 34, check: asksOtherHosts }],
};
export const windowsHostProcess: Check = { id: 'windowsHostProcess', versions: [{ since: 0, check: isHostProcess }] };

/** Hosts that a container has its kubelet ask for it, in probes and lifecycle hooks. */
export function askedHosts(container: JsonObject): string[] {
  const lifecycle = objectAt(container, 'lifecycle');
  const handlers = [
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((probe) => objectAt(container, probe)),
    ...['postStart', 'preStop'].map((hook) => objectAt(lifecycle, hook)),
  ];
  return handlers
    .flatMap((handler) => ['httpGet', 'tcpSocket'].map((action) => textAt(objectAt(handler, action), 'host')))
    .filter((host) => host !== '');
}

/** Ports of its node that a container asks for. */
export function askedHostPorts(container: JsonObject): number[] {
  return objectsAt(container, 'ports').flatMap(({ hostPort }) =>
    typeof hostPort === 'number' && hostPort !== 0 ? [hostPort] : [],
  );
}

function sharesNamespaces({ spec }: CheckedPod): Finding | undefined {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
}

function usesHostPorts(pod: CheckedPod): Finding | undefined {
  const bad = namesWhere(pod, (container) => askedHostPorts(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sortedSet(containersOf(pod).flatMap(askedHostPorts).map(String));
  const use = bad.length === 1 ? 'uses' : 'use';
  const detail = `${named('container', bad)} ${use} ${plural('hostPort', ports.length)} ${ports.join(', ')}`;
  return { reason: 'hostPort', detail };
}

function asksOtherHosts(pod: CheckedPod): Finding | undefined {
  const bad = sortedSet(namesWhere(pod, (container) => askedHosts(container).length > 0));
  if (bad.length === 0) return undefined;
  const hosts = sortedSet(containersOf(pod).flatMap(askedHosts));
  const use = bad.length === 1 ? 'uses' : 'use';
  const what = plural('probe or lifecycle host', hosts.length);
  return { reason: 'probe or lifecycle host', detail: `${named('container', bad)} ${use} ${what} ${quoted(hosts)}` };
}

function isHostProcess(pod: CheckedPod): Finding | undefined {
  const isSet = (of: JsonObject): boolean => objectAt(securityContext(of), 'windowsOptions')?.['hostProcess'] === true;
  const who = setters(isSet(pod.spec), namesWhere(pod, isSet));
  if (who === '') return undefined;
  return { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
}
