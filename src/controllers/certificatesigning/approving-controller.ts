/** Approves kubelets' client certificates, for who may have them. Mirrors kubernetes pkg/controller/certificates/approver, v1.36. */
import { isJsonObject } from '../../api/json.ts';
import { textAt } from '../../api/json-fields.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Client } from '../../client/client.ts';
import { Controller, done } from '../../controller/controller.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController } from '../builtin-controller.ts';
import { certificateSigningRequests, subjectAccessReviews } from '../resources.ts';
import {
  certificateOf,
  conditionOf,
  kubeletClientError,
  parsedRequest,
  requestorOf,
  signers,
  specOf,
  usagesOf,
  withCondition,
} from './request.ts';

export const approvingController: BuiltinController = {
  name: 'certificatesigningrequest-approving-controller',
  create: ({ client, clock, informers, logger, metrics }) => {
    const requests = informers.informer({ gvr: certificateSigningRequests });
    const controller = new Controller({
      name: 'certificatesigningrequest-approving',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: async (name) => {
        const request = requests.get(name);
        if (!request || !isOpen(request)) return done;
        for (const { subresource, message } of rightsFor(request)) {
          if (!(await mayHave(client, request, subresource))) continue;
          const approved = withCondition(request, {
            type: 'Approved',
            status: 'True',
            reason: 'AutoApproved',
            message,
          });
          const resource = client.resource(certificateSigningRequests);
          await unlessNotFound(resource.update(approved, { subresource: 'approval' }));
          break;
        }
        return done;
      },
    });
    const enqueue = (request: KubeObject): void => controller.queue.add(objectKey(request));
    requests.addHandler({ onAdd: enqueue, onUpdate: (_old, request) => enqueue(request) });
    return controller;
  },
};

function isOpen(request: KubeObject): boolean {
  return certificateOf(request) === '' && !conditionOf(request, 'Approved') && !conditionOf(request, 'Denied');
}

interface Right {
  readonly subresource: string;
  readonly message: string;
}

/** Which rights would be enough, the narrow one first. */
function rightsFor(request: KubeObject): readonly Right[] {
  const spec = specOf(request);
  if (textAt(spec, 'signerName') !== signers.kubeletClient) return [];
  const parsed = parsedRequest(request);
  if (kubeletClientError(parsed, usagesOf(request)) !== undefined) return [];
  const self: Right = {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  };
  const any: Right = {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  };
  return textAt(spec, 'username') === parsed.subject.commonName ? [self, any] : [any];
}

async function mayHave(client: Client<Side>, request: KubeObject, subresource: string): Promise<boolean> {
  const review = await client.resource(subjectAccessReviews).create({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: {
      ...requestorOf(request),
      resourceAttributes: {
        group: 'certificates.k8s.io',
        version: '*',
        resource: 'certificatesigningrequests',
        subresource,
        verb: 'create',
      },
    },
  });
  const { status } = review;
  return isJsonObject(status) && status['allowed'] === true;
}
