/** Which container of a pod is meant. Mirrors kubernetes registry/core/pod validateContainer, v1.36. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { newBadRequest } from '../../api/status.ts';

/** A pod's only container, should none be named. @throws StatusError BadRequest */
export function containerOf(pod: Readonly<KubeObject>, container: string): string {
  const spec = specOf(pod);
  const name = pod.metadata.name ?? '';
  const main = names(spec, 'containers');
  const all = [...names(spec, 'initContainers'), ...main, ...names(spec, 'ephemeralContainers')];
  if (container !== '') {
    if (!all.includes(container)) throw newBadRequest(`container ${container} is not valid for pod ${name}`);
    return container;
  }
  const [only] = main;
  if (only === undefined) throw newBadRequest(`a container name must be specified for pod ${name}`);
  if (main.length > 1) {
    throw newBadRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
  }
  return only;
}

/** Empty: it has none yet. */
export function nodeOf(pod: Readonly<KubeObject>): string {
  const node = specOf(pod)['nodeName'];
  return typeof node === 'string' ? node : '';
}

/** The first port that one of its containers says it has; empty: none does. */
export function firstPortOf(pod: Readonly<KubeObject>): string {
  for (const container of listOf(specOf(pod)['containers'])) {
    const port = listOf(container['ports'])[0]?.['containerPort'];
    if (typeof port === 'number') return String(port);
  }
  return '';
}

/** Empty: it has none yet. Mirrors getPodIP. */
export function addressOf(pod: Readonly<KubeObject>): string {
  const status = pod['status'];
  if (!isJsonObject(status)) return '';
  const [first] = listOf(status['podIPs']);
  const address = first?.['ip'] ?? status['podIP'];
  return typeof address === 'string' ? address : '';
}

function names(spec: JsonObject, list: string): string[] {
  return listOf(spec[list]).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}

function specOf(pod: Readonly<KubeObject>): JsonObject {
  return isJsonObject(pod['spec']) ? pod['spec'] : {};
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter((one) => isJsonObject(one)) : [];
}
