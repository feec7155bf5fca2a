/** Mirrors pkg/apis/core/v1/defaults.go: containers, their probes and environment. */
import type { JsonObject } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { setIfEmpty } from './go-fields.ts';
import { imageTag } from './image-tag.ts';
import { roundUpToMilli } from './resource-list.ts';

export const coreContainerDefaults: TypeDefaults = {
  'io.k8s.api.core.v1.Container': defaultContainer,
  'io.k8s.api.core.v1.EphemeralContainer': defaultContainer,
  'io.k8s.api.core.v1.Probe': (probe) => {
    setIfEmpty(probe, 'timeoutSeconds', 1);
    setIfEmpty(probe, 'periodSeconds', 10);
    setIfEmpty(probe, 'successThreshold', 1);
    setIfEmpty(probe, 'failureThreshold', 3);
  },
  'io.k8s.api.core.v1.HTTPGetAction': (action) => {
    setIfEmpty(action, 'path', '/');
    setIfEmpty(action, 'scheme', 'HTTP');
  },
  'io.k8s.api.core.v1.ObjectFieldSelector': (selector) => setIfEmpty(selector, 'apiVersion', 'v1'),
  'io.k8s.api.core.v1.ResourceList': (list, { gvk }) => {
    // Upstream has no defaults for this group's kinds, though they have such lists.
    if (gvk.group !== 'node.k8s.io') roundUpToMilli(list);
  },
};

/** `latest` may change under its name, so it is pulled each time. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  return imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultContainer(container: JsonObject): void {
  const { image } = container;
  setIfEmpty(container, 'imagePullPolicy', defaultPullPolicy(typeof image === 'string' ? image : ''));
  setIfEmpty(container, 'terminationMessagePath', '/dev/termination-log');
  setIfEmpty(container, 'terminationMessagePolicy', 'File');
}
