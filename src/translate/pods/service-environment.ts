/**
 * The variables by which a container finds the services of its namespace, and the API. On the host the kubelet is told to make none, as it would tell of
 * the host's; so they stand in the copy, as they were when it was made: before all that the pod says itself, which therefore may use them and has
 * the last word. Mirrors kubernetes pkg/kubelet/envvars and kubelet_pods.go getServiceEnvVarMap, v1.36. Pure.
 */
import type { KubeObject } from '../../api/object.ts';
import { serviceSpec } from '../services.ts';
import { containersOf, type Container, type EnvironmentVariable, type PodSpec } from './pod-view.ts';

export interface LinkedServices {
  /** `default/kubernetes`, which all pods are told of; absent: there is none. */
  readonly api: Readonly<KubeObject> | undefined;
  /** Those of the pod's namespace; empty where it wants no links. */
  readonly linked: readonly Readonly<KubeObject>[];
}

/** A variable that is made, by its name. */
export type ServiceVariables = ReadonlyMap<string, string>;

/** What variables may take of a pod, over all its containers: an object has 1.5 MiB at most, and a program's arguments and variables 2 MiB. */
export const linkBytesMax = 256 * 1024;

/** `{"name":"","value":""},` */
const bytesBesides = 23;

/**
 * Of a pod with so many containers. Services in the order of their names; those for which there is no room are left out and counted, but never the API.
 */
export function serviceVariables(
  { api, linked }: LinkedServices,
  containers: number,
): { readonly variables: ServiceVariables; readonly leftOut: number } {
  const variables = new Map<string, string>(api ? variablesOf(api) : []);
  let room = Math.floor(linkBytesMax / Math.max(1, containers));
  let leftOut = 0;
  for (const service of linked.filter(hasIp).toSorted(byName)) {
    if (service === api) continue;
    const found = leftOut > 0 ? [] : variablesOf(service);
    room -= found.reduce((sum, [name, value]) => sum + name.length + value.length + bytesBesides, 0);
    if (room < 0) {
      leftOut++;
      continue;
    }
    for (const [name, value] of found) variables.set(name, value);
  }
  return { variables, leftOut };
}

/** Changes in place: `spec` is the caller's own copy. `given`: what a container's `envFrom` gives, where that is known. */
export function tellServices(
  spec: PodSpec,
  variables: ServiceVariables,
  given: (container: Container) => ReadonlySet<string>,
): void {
  if (variables.size === 0) return;
  for (const container of containersOf(spec)) {
    const made = variablesFor(container, variables, given(container));
    if (made.length > 0) container.env = [...made, ...(container.env ?? [])];
  }
}

/**
 * Those that the container doesn't set itself. One that it sets, but uses before, it has twice: the first is what it sees until then, the last is
 * what stays.
 */
function variablesFor(
  { env = [] }: Container,
  variables: ServiceVariables,
  given: ReadonlySet<string>,
): readonly EnvironmentVariable[] {
  const own = new Map<string, number>();
  for (const [index, { name }] of env.entries()) if (!own.has(name)) own.set(name, index);
  const usedBefore = (name: string, index: number): boolean =>
    env.slice(0, index).some(({ value }) => typeof value === 'string' && value.includes(`$(${name})`));
  return [...variables].flatMap(([name, value]) => {
    if (given.has(name)) return [];
    const index = own.get(name);
    return index === undefined || usedBefore(name, index) ? [{ name, value }] : [];
  });
}

/** Mirrors envvars.FromServices. */
function variablesOf(service: Readonly<KubeObject>): readonly (readonly [string, string])[] {
  const { clusterIP = '', ports = [] } = serviceSpec(service);
  const prefix = variableName(service.metadata.name ?? '');
  const [first] = ports;
  // Shells have no variables that begin with a digit, and older API servers refuse them.
  if (!hasIp(service) || !first || /^[0-9]/.test(prefix)) return [];
  return [
    [`${prefix}_SERVICE_HOST`, clusterIP],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap(({ name, port }): (readonly [string, string])[] =>
      name ? [[`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port)]] : [],
    ),
    ...ports.flatMap(({ protocol = 'TCP', port }, index): (readonly [string, string])[] => {
      const url = `${protocol.toLowerCase()}://${clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP}:${port}`;
      const ofPort = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
      return [
        ...(index === 0 ? [[`${prefix}_PORT`, url] as const] : []),
        [ofPort, url],
        [`${ofPort}_PROTO`, protocol.toLowerCase()],
        [`${ofPort}_PORT`, String(port)],
        [`${ofPort}_ADDR`, clusterIP],
      ];
    }),
  ];
}

function variableName(text: string): string {
  return text.replaceAll('-', '_').toUpperCase();
}

/** Whether it has an address, which is not so of headless ones. */
export function hasIp(service: Readonly<KubeObject>): boolean {
  const { clusterIP = '' } = serviceSpec(service);
  return clusterIP !== '' && clusterIP !== 'None';
}

function byName(left: Readonly<KubeObject>, right: Readonly<KubeObject>): number {
  return (left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1;
}
