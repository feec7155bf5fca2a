/**
 * Tells in the status of validating admission policies which of their expressions don't fit the types of what they are about. Mirrors
 * kubernetes pkg/controller/validatingadmissionpolicystatus.
 */
import { isJsonObject } from '../../api/json.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import { Controller, done } from '../../controller/controller.ts';
import { isNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController } from '../builtin-controller.ts';
import { validatingAdmissionPolicies } from '../resources.ts';

const fieldManager = 'validatingadmissionpolicy-status';

export const validatingPolicyStatusController: BuiltinController = {
  name: 'validatingadmissionpolicy-status-controller',
  create: ({ client, clock, informers, logger, metrics, checkPolicy }) => {
    const policies = informers.informer({ gvr: validatingAdmissionPolicies });
    const controller = new Controller({
      name: fieldManager,
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: async (name) => {
        const policy = policies.get(name);
        const generation = policy?.metadata.generation ?? 0;
        // What nobody can check is not said to be fine.
        if (!policy || !checkPolicy || generation <= observedGeneration(policy)) return done;
        const expressionWarnings = await checkPolicy(policy);
        const status = {
          apiVersion: 'admissionregistration.k8s.io/v1',
          kind: 'ValidatingAdmissionPolicy',
          metadata: { name },
          status: {
            observedGeneration: generation,
            typeChecking: expressionWarnings.length === 0 ? {} : { expressionWarnings },
          },
        };
        const options = { subresource: 'status', fieldManager, force: true };
        try {
          await client.resource(validatingAdmissionPolicies).patch(name, 'apply', status, options);
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
        return done;
      },
    });
    const enqueue = (policy: KubeObject): void => controller.queue.add(objectKey(policy));
    policies.addHandler({ onAdd: enqueue, onUpdate: (_old, policy) => enqueue(policy) });
    return controller;
  },
};

function observedGeneration(policy: Readonly<KubeObject>): number {
  const status = policy['status'];
  const observed = isJsonObject(status) ? status['observedGeneration'] : undefined;
  return typeof observed === 'number' ? observed : 0;
}
