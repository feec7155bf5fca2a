/** What node tests put together: pods that end fast, and the workloads made of them. */

/** A pod's spec with one container, `main`. `more`: further fields of the spec. */
export function podSpec(container: object, more: object = {}): object {
  return { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', ...container }], ...more };
}

/** A pod that is not restarted, labelled with its own name. */
export function pod(namespace: string, name: string, container: object, more: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { name } },
    spec: podSpec(container, { restartPolicy: 'Never', ...more }),
  };
}

/** A service on port 80 of the pods labelled with its name; `more`: further fields of its spec. */
export function service(namespace: string, name: string, more: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { name }, ports: [{ name: 'http', port: 80 }], ...more },
  };
}

/** A Deployment, StatefulSet, DaemonSet of pods labelled with its name; `more`: further fields of its spec. */
export function workload(kind: string, namespace: string, name: string, template: object, more: object = {}): object {
  const labels = { name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: template }, ...more },
  };
}

/** The spec of a claim, of the default StorageClass. */
export const smallClaim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
