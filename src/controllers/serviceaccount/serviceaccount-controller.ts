/** Every active namespace has a service account `default`. Mirrors kubernetes pkg/controller/serviceaccount. */
import { objectKey, type KubeObject } from '../../api/object.ts';
import { Controller, done } from '../../controller/controller.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController } from '../builtin-controller.ts';
import { isActiveNamespace } from '../namespace/namespace.ts';
import { namespaces, serviceAccounts } from '../resources.ts';

const name = 'default';

export const serviceAccountController: BuiltinController = {
  name: 'serviceaccount-controller',
  create: ({ client, clock, informers, logger, metrics }) => {
    const all = informers.informer({ gvr: namespaces });
    const accounts = informers.informer({
      gvr: serviceAccounts,
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
    });
    const controller = new Controller({
      name: 'serviceaccount',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: async (namespace) => {
        const object = all.get(namespace);
        if (!object || !isActiveNamespace(object) || accounts.get(`${namespace}/${name}`)) return done;
        try {
          await client.resource(serviceAccounts, namespace).create(defaultAccount(namespace));
        } catch (error) {
          if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !isNotFound(error)) throw error;
        }
        return done;
      },
    });
    const enqueue = (namespace: KubeObject): void => controller.queue.add(objectKey(namespace));
    all.addHandler({ onAdd: enqueue, onUpdate: (_old, namespace) => enqueue(namespace) });
    accounts.addHandler({ onDelete: (account) => controller.queue.add(account.metadata.namespace ?? '') });
    return controller;
  },
};

function defaultAccount(namespace: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}
