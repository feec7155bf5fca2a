/**
 * Fills Secrets of type `kubernetes.io/service-account-token` with their account's token, and removes them with the account. Mirrors kubernetes
 * pkg/controller/serviceaccount tokens_controller.go, v1.36.
 */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectsAt, textAt } from '../../api/json-fields.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Client } from '../../client/client.ts';
import { Controller, done } from '../../controller/controller.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { secrets, serviceAccounts } from '../resources.ts';

const secretType = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

/** Without `accountToken` it fills nothing. Keys are those of secrets; with a third part they are of a secret that is gone, and its account. */
export const serviceAccountTokenController: BuiltinController = {
  name: 'serviceaccount-token-controller',
  create: (context) => {
    const { client, clock, informers, logger, metrics, accountToken } = context;
    const controller = new Controller({
      name: 'serviceaccount-token',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: async (key) => {
        const [namespace = '', name = '', account] = key.split('/');
        if (account !== undefined) await unlink(client, namespace, account, name);
        else await syncSecret(context, await unlessNotFound(client.resource(secrets, namespace).get(name)));
        return done;
      },
    });
    if (!accountToken) return controller;
    const held = informers.informer({ gvr: secrets, fieldSelector: `type=${secretType}`, metadataOnly: true });
    const accounts = informers.informer({ gvr: serviceAccounts, metadataOnly: true });
    const enqueue = (secret: KubeObject): void => controller.queue.add(objectKey(secret));
    held.addHandler({
      onAdd: enqueue,
      onUpdate: (_old, secret) => enqueue(secret),
      onDelete: (secret) => controller.queue.add(`${objectKey(secret)}/${accountName(secret)}`),
    });
    accounts.addHandler({
      onDelete: ({ metadata }) => {
        for (const secret of held.list()) {
          if (secret.metadata.namespace === metadata.namespace && accountName(secret) === metadata.name)
            enqueue(secret);
        }
      },
    });
    return controller;
  },
};

async function syncSecret<S extends Side>(
  context: ControllerContext<S>,
  secret: KubeObject | undefined,
): Promise<void> {
  if (secret?.['type'] !== secretType || secret.metadata.deletionTimestamp) return;
  const { name = '', namespace = '', uid, resourceVersion } = secret.metadata;
  const resource = context.client.resource(secrets, namespace);
  const account = await accountOf(context.client, secret);
  if (!account) {
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    await unlessNotFound(resource.delete(name, { preconditions }));
    return;
  }
  const filled = filledSecret(context, secret, account);
  if (filled) await unlessNotFound(resource.update(filled));
}

/** That the secret names: of the same uid, where it says one. */
async function accountOf(client: Client<Side>, secret: KubeObject): Promise<KubeObject | undefined> {
  const name = accountName(secret);
  if (name === '') return undefined;
  const account = await unlessNotFound(client.resource(serviceAccounts, secret.metadata.namespace).get(name));
  const uid = secret.metadata.annotations?.[uidAnnotation] ?? '';
  return uid === '' || uid === account?.metadata.uid ? account : undefined;
}

/** `undefined`: it has all already. */
function filledSecret<S extends Side>(
  { accountToken, rootCertificate }: ControllerContext<S>,
  secret: KubeObject,
  account: KubeObject,
): KubeObject | undefined {
  const { name = '', namespace = '', annotations } = secret.metadata;
  const { name: accountName_ = '', uid = '' } = account.metadata;
  const data: JsonObject = isJsonObject(secret['data']) ? { ...secret['data'] } : {};
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const wanted: Record<string, string> = {};
  if (rootCertificate !== undefined && textAt(data, 'ca.crt') !== base64(rootCertificate)) {
    wanted['ca.crt'] = base64(rootCertificate);
  }
  if (textAt(data, 'namespace') === '') wanted['namespace'] = base64(namespace);
  if (textAt(data, 'token') === '' && accountToken) {
    wanted['token'] = base64(accountToken(namespace, { name: accountName_, uid }, name));
  }
  if (Object.keys(wanted).length === 0) return undefined;
  return {
    ...secret,
    metadata: {
      ...secret.metadata,
      annotations: { ...annotations, [nameAnnotation]: accountName_, [uidAnnotation]: uid },
    },
    data: { ...data, ...wanted },
  };
}

/** An account that lists the secret lists it no longer. */
async function unlink(client: Client<Side>, namespace: string, name: string, secret: string): Promise<void> {
  const resource = client.resource(serviceAccounts, namespace);
  const account = await unlessNotFound(resource.get(name));
  if (!account || (await unlessNotFound(client.resource(secrets, namespace).get(secret)))) return;
  // Metadata is never asked for.
  const listed = objectsAt({ secrets: account['secrets'] ?? [] } as JsonObject, 'secrets');
  const left = listed.filter((one) => one['name'] !== secret);
  if (left.length < listed.length) await unlessNotFound(resource.update({ ...account, secrets: left }));
}

function accountName(secret: KubeObject): string {
  return secret.metadata.annotations?.[nameAnnotation] ?? '';
}
