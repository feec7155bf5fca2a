/**
 * Every active namespace has a config map `kube-root-ca.crt` with the API server's CA. Mirrors kubernetes
 * pkg/controller/certificates/rootcacertpublisher.
 */
import { objectKey, type KubeObject } from '../../api/object.ts';
import { Controller, done } from '../../controller/controller.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController } from '../builtin-controller.ts';
import { isActiveNamespace } from '../namespace/namespace.ts';
import { configMaps, namespaces } from '../resources.ts';

const name = 'kube-root-ca.crt';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export const rootCaController: BuiltinController = {
  name: 'root-ca-certificate-publisher-controller',
  create: ({ client, clock, informers, logger, metrics, rootCertificate }) => {
    const all = informers.informer({ gvr: namespaces });
    const published = informers.informer({ gvr: configMaps, fieldSelector: `metadata.name=${name}` });
    const controller = new Controller({
      name: 'root-ca-certificate-publisher',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: async (namespace) => {
        const object = all.get(namespace);
        if (rootCertificate === undefined || !object || !isActiveNamespace(object)) return done;
        const existing = published.get(`${namespace}/${name}`);
        const wanted = rootConfigMap(namespace, rootCertificate, existing);
        if (existing && isRight(existing, rootCertificate)) return done;
        const resource = client.resource(configMaps, namespace);
        try {
          await (existing ? resource.update(wanted) : resource.create(wanted));
        } catch (error) {
          if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !isNotFound(error)) throw error;
        }
        return done;
      },
    });
    const enqueue = (namespace: KubeObject): void => controller.queue.add(objectKey(namespace));
    const enqueueNamespace = (map: KubeObject): void => controller.queue.add(map.metadata.namespace ?? '');
    all.addHandler({ onAdd: enqueue, onUpdate: (_old, namespace) => enqueue(namespace) });
    published.addHandler({ onUpdate: (_old, map) => enqueueNamespace(map), onDelete: enqueueNamespace });
    return controller;
  },
};

function isRight(map: KubeObject, certificate: string): boolean {
  const data = (map['data'] ?? {}) as Record<string, string>;
  return (
    Object.keys(data).length === 1 &&
    data['ca.crt'] === certificate &&
    map.metadata.annotations?.['kubernetes.io/description'] === description
  );
}

function rootConfigMap(namespace: string, certificate: string, existing: KubeObject | undefined): KubeObject {
  const { annotations, ...metadata } = existing?.metadata ?? { name, namespace };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, annotations: { ...annotations, 'kubernetes.io/description': description } },
    data: { 'ca.crt': certificate },
  };
}
