/**
 * Removes requests for certificates that nobody needs any more. Mirrors kubernetes pkg/controller/certificates/cleaner, v1.36, but that each is
 * looked at when its time has come instead of all every hour.
 */
import { X509Certificate } from 'node:crypto';
import { textAt } from '../../api/json-fields.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import { Controller, done, requeueAfter } from '../../controller/controller.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController } from '../builtin-controller.ts';
import { certificateSigningRequests } from '../resources.ts';
import { certificateOf, conditionsOf } from './request.ts';

const hourMs = 3_600_000;
/** After it was issued, denied or failed. */
const decidedMs = hourMs;
/** Without a decision, or without the certificate that was approved. */
const pendingMs = 24 * hourMs;

export const cleanerController: BuiltinController = {
  name: 'certificatesigningrequest-cleaner-controller',
  create: ({ client, clock, informers, logger, metrics }) => {
    const requests = informers.informer({ gvr: certificateSigningRequests });
    const controller = new Controller({
      name: 'certificatesigningrequest-cleaner',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: async (name) => {
        const request = requests.get(name);
        if (!request) return done;
        const leftMs = endOf(request) - clock.now();
        // Timers reach no further than days.
        if (leftMs > 0) return Number.isFinite(leftMs) ? requeueAfter(Math.min(leftMs, pendingMs)) : done;
        const { uid } = request.metadata;
        const preconditions = uid === undefined ? {} : { preconditions: { uid } };
        await unlessNotFound(client.resource(certificateSigningRequests).delete(name, preconditions));
        return done;
      },
    });
    const enqueue = (request: KubeObject): void => controller.queue.add(objectKey(request));
    requests.addHandler({ onAdd: enqueue, onUpdate: (_old, request) => enqueue(request) });
    return controller;
  },
};

/** When the request is to be removed, milliseconds since the epoch; infinite: never. */
export function endOf(request: KubeObject): number {
  const conditions = conditionsOf(request);
  if (conditions.length === 0) return timeOf(request.metadata.creationTimestamp ?? undefined) + pendingMs;
  const certificate = certificateOf(request);
  const ends = conditions.map((condition) => {
    const changed = timeOf(textAt(condition, 'lastUpdateTime'));
    switch (textAt(condition, 'type')) {
      case 'Denied':
      case 'Failed':
        return changed + decidedMs;
      case 'Approved':
        return certificate === '' ? changed + pendingMs : Math.min(changed + decidedMs, certificateEnd(certificate));
      default:
        return Number.POSITIVE_INFINITY;
    }
  });
  return Math.min(...ends);
}

function timeOf(text: string | undefined): number {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
}

/** Of the first certificate in base64 of PEM. */
function certificateEnd(base64: string): number {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64')).validToDate.getTime();
  } catch {
    // Not ours to judge: other signers write it too.
    return Number.POSITIVE_INFINITY;
  }
}
