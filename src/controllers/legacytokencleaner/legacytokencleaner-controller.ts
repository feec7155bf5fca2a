/**
 * Marks tokens in Secrets that nobody has used for a year as invalid, and removes them after another. Only those that an account lists, as it was done
 * for each before Kubernetes 1.24: what users have made for themselves stays. Mirrors kubernetes pkg/controller/serviceaccount
 * legacy_serviceaccount_token_cleaner.go, v1.36, but that each Secret is looked at when its time has come.
 */
import { textAt } from '../../api/json-fields.ts';
import type { JsonObject } from '../../api/json.ts';
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Client } from '../../client/client.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { configMaps, pods, secrets, serviceAccounts } from '../resources.ts';
import { namesSecret } from './pod-secrets.ts';
import { invalidSinceLabel, judgeToken } from './unused-token.ts';

const secretType = 'kubernetes.io/service-account-token';
const trackingName = 'kube-apiserver-legacy-service-account-token-tracking';
const unusedMs = 365 * 86_400_000;
/** Upstream's period. */
const lookAgainMs = 86_400_000;

/** Nothing that is urgent enough to wake anybody. */
const later = (ms: number): Result => requeueAfter(Math.max(1, ms), { wakes: false });

export const legacyTokenCleaner: BuiltinController = {
  name: 'legacy-serviceaccount-token-cleaner-controller',
  create<S extends Side>({ client, informers, clock, logger, metrics }: ControllerContext<S>): Controller {
    const tokens = informers.informer({ gvr: secrets, fieldSelector: `type=${secretType}`, metadataOnly: true });
    const podInformer = informers.informer({ gvr: pods });
    const controller = new Controller({
      name: 'legacy-service-account-token-cleaner',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: async (key) => {
        const secret = tokens.get(key);
        if (!secret || secret.metadata.deletionTimestamp !== undefined) return done;
        const { namespace, name } = splitKey(key);
        const now = clock.now();
        const verdict = judgeToken(secret.metadata, await trackedSince(client), now, unusedMs);
        if (verdict.kind === 'look') return later(verdict.at - now);
        const mounted = podInformer.list(namespace).some((pod) => namesSecret(pod, name));
        if (verdict.kind === 'keep' || mounted || !(await isListed(client, secret))) return later(lookAgainMs);
        const { uid = '', resourceVersion = '' } = secret.metadata;
        const resource = client.resource(secrets, namespace);
        if (verdict.kind === 'delete') {
          await unlessNotFound(resource.delete(name, { preconditions: { uid, resourceVersion } }));
          return done;
        }
        const metadata = { uid, labels: { [invalidSinceLabel]: verdict.day } };
        await unlessNotFound(resource.patch(name, 'merge', { metadata }));
        return done;
      },
    });
    const enqueue = (secret: Readonly<KubeObject>): void => controller.queue.add(objectKey(secret));
    tokens.addHandler({
      onAdd: enqueue,
      onUpdate: (_old, secret) => enqueue(secret),
      onDelete: (secret) => controller.queue.cancelDelay(objectKey(secret)),
    });
    return controller;
  },
};

async function trackedSince<S extends Side>(client: Client<S>): Promise<string | undefined> {
  const tracking = await unlessNotFound(client.resource(configMaps, 'kube-system').get(trackingName));
  // Plain JSON; only `metadata` is an ObjectMeta.
  return tracking && textAt(tracking['data'] as JsonObject | undefined, 'since');
}

/** Whether the Secret's account says that it is one of its own. */
async function isListed<S extends Side>(client: Client<S>, secret: Readonly<KubeObject>): Promise<boolean> {
  const { namespace, name, annotations = {} } = secret.metadata;
  const accountName = annotations['kubernetes.io/service-account.name'] ?? '';
  if (accountName === '') return false;
  const account = await unlessNotFound(client.resource(serviceAccounts, namespace).get(accountName));
  const uid = annotations['kubernetes.io/service-account.uid'] ?? '';
  if (!account || (uid !== '' && uid !== account.metadata.uid)) return false;
  const { secrets: listed = [] } = account as { readonly secrets?: readonly { readonly name?: string }[] };
  return listed.some((reference) => reference.name === name);
}
