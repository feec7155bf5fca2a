/** Objects to create. */
import type { JsonObject } from '../../src/api/json.ts';
import type { KubeObject } from '../../src/api/object.ts';

const image = 'registry.k8s.io/pause:3.10';

/** What upstream's manifests have of a small web server. `node`: it has been scheduled. */
export function pod(name: string, node?: string): KubeObject {
  const spec = { ...podSpec(), ...(node === undefined ? {} : { nodeName: node }) };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'bench' } }, spec };
}

export function deployment(name: string, replicas = 1): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec() },
    },
  };
}

/** About 1.7 KB as JSON, with what the server adds. */
export function configMap(name: string): KubeObject {
  const data = Object.fromEntries(Array.from({ length: 10 }, (_, line) => [`line-${line}`, 'x'.repeat(110)]));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { app: 'bench' } }, data };
}

function podSpec(): JsonObject {
  return {
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'web', image, ports: [{ containerPort: 80 }], resources: { requests: { cpu: '1m', memory: '1Mi' } } },
    ],
  };
}
