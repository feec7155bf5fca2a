/** The environment of a simulated container, as far as the pod itself says it. Pure. Mirrors kubelet makeEnvironmentVariables. */
import type { KubeObject } from '../../api/object.ts';
import { viewPod, type Container } from './pod-view.ts';

const lengthMax = 4096;

export function environmentOf(pod: Readonly<KubeObject>, container: Container): Map<string, string> {
  const variables = new Map<string, string>([
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOSTNAME', viewPod(pod).spec.hostname ?? pod.metadata.name ?? ''],
    ['HOME', '/root'],
  ]);
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = valueFrom?.fieldRef
      ? fieldOf(pod, valueFrom.fieldRef.fieldPath)
      : expandReferences(value ?? '', (other) => variables.get(other));
    variables.set(name, text.slice(0, lengthMax));
  }
  return variables;
}

/** `$(NAME)` of what is set; `$$` is a dollar. Mirrors third_party/forked/golang/expansion. */
export function expandReferences(text: string, variable: (name: string) => string | undefined): string {
  return text.replaceAll(/\$\$|\$\(([^()]*)\)/g, (found, name: string | undefined) =>
    name === undefined ? '$' : (variable(name) ?? found),
  );
}

function fieldOf(pod: Readonly<KubeObject>, path: string): string {
  const { metadata } = pod;
  const [, map, key] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? [];
  if (key !== undefined) {
    const texts = map === 'labels' ? metadata.labels : metadata.annotations;
    return texts && Object.hasOwn(texts, key) ? (texts[key] ?? '') : '';
  }
  const { spec, status } = viewPod(pod);
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return status?.hostIP ?? '';
    case 'status.podIP':
      return status?.podIP ?? '';
    default:
      return '';
  }
}
