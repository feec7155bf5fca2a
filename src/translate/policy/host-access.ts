/** What a pod has of its node itself: namespaces, ports, folders, kernel settings. */
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { askedHostPorts } from '../../api/pod-security/host-checks.ts';
import { securityContext } from '../../api/pod-security/check.ts';
import { allContainers, listed } from './containers.ts';
import type { HostNamespace, HostPathRule, PolicyRule, PortRange, Violation } from './policy.ts';

const namespaceFields: readonly (readonly [field: string, namespace: HostNamespace])[] = [
  ['hostNetwork', 'network'],
  ['hostPID', 'pid'],
  ['hostIPC', 'ipc'],
];

export const hostNamespaces: PolicyRule = {
  adjust({ userNamespaces }, spec) {
    if (userNamespaces === 'required') spec['hostUsers'] ??= false;
  },
  violations({ hostNamespaces: allowed, userNamespaces }, { spec }) {
    const shared = namespaceFields
      .filter(([field, namespace]) => allowed && spec[field] === true && !allowed.includes(namespace))
      .map(([field, namespace]) => ({
        field: `spec.${field}`,
        text: `the host's ${namespace} namespace is not allowed`,
      }));
    if (userNamespaces !== 'required' || spec['hostUsers'] === false) return shared;
    return [...shared, { field: 'spec.hostUsers', text: 'must be false: each pod has a user namespace of its own' }];
  },
};

export const hostPorts: PolicyRule = {
  violations({ hostPorts: allowed }, { spec }) {
    if (!allowed) return [];
    const text = (port: number): string =>
      `host port ${port} is not allowed; ${listed(allowed.map(rangeText))} may be used`;
    // On the host's network each port is one of the host's.
    const ofNetwork = spec['hostNetwork'] === true;
    return allContainers(spec).flatMap(({ field, container }) => {
      const all = objectsAt(container, 'ports').map(({ containerPort }) => Number(containerPort));
      const ports = ofNetwork ? [...new Set([...askedHostPorts(container), ...all])] : askedHostPorts(container);
      return ports
        .filter((port) => !allowed.some(({ from, to }) => from <= port && port <= to))
        .map((port) => ({ field: `${field}.ports`, text: text(port) }));
    });
  },
};

export const hostPaths: PolicyRule = {
  violations({ hostPaths: allowed }, { spec }) {
    if (!allowed) return [];
    const writable = new Map<string, boolean>();
    const wrong = objectsAt(spec, 'volumes').flatMap((volume): Violation[] => {
      const source = objectAt(volume, 'hostPath');
      if (!source) return [];
      const name = textAt(volume, 'name');
      const path = textAt(source, 'path');
      const rules = allowed.filter((rule) => isWithin(path, rule));
      writable.set(
        name,
        rules.some(({ readOnly }) => !readOnly),
      );
      if (rules.length > 0) return [];
      const field = `spec.volumes[${name}].hostPath.path`;
      const paths = listed(allowed.map((rule) => rule.path));
      return [{ field, text: `"${path}" is not allowed; below ${paths} it may be` }];
    });
    const written = allContainers(spec).flatMap(({ field, container }) =>
      objectsAt(container, 'volumeMounts')
        .filter((mount) => writable.get(textAt(mount, 'name')) === false && mount['readOnly'] !== true)
        .map((mount) => ({
          field: `${field}.volumeMounts[${textAt(mount, 'mountPath')}].readOnly`,
          text: `must be true: this folder of the host may only be read`,
        })),
    );
    return [...wrong, ...written];
  },
};

export const sysctls: PolicyRule = {
  violations({ sysctls: allowed }, { spec }) {
    if (!allowed) return [];
    return objectsAt(securityContext(spec), 'sysctls')
      .map((sysctl) => textAt(sysctl, 'name'))
      .filter((name) => !allowed.some((pattern) => matches(pattern, name)))
      .map((name) => ({
        field: `spec.securityContext.sysctls[${name}]`,
        text: `is not allowed; ${listed(allowed)} may be set`,
      }));
  },
};

/** `pattern`: a text, or its beginning with a `*` at the end. */
export function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

/** A path that goes up, or that isn't plain, is within nothing. */
function isWithin(path: string, rule: HostPathRule): boolean {
  const parts = path.split('/');
  if (parts[0] !== '' || parts.includes('..') || parts.includes('.')) return false;
  const plain = `/${parts.filter((part) => part !== '').join('/')}`;
  return plain === rule.path || plain.startsWith(rule.path === '/' ? '/' : `${rule.path}/`);
}

function rangeText({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`;
}
