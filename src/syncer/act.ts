/** Carries a plan out, one action after the other; the first that fails ends it (but for those that stand for themselves), and the
 * next plan starts from what is then observed. */
import type { Random } from '../lib/random.ts';
import type { Clock } from '../lib/clock.ts';
import type { Client } from '../client/client.ts';
import type { KubeObject } from '../api/object.ts';
import type { JsonObject } from '../api/json.ts';
import type { On } from '../api/side.ts';
import { newBadRequest, StatusError } from '../api/status.ts';
import { unlessNotFound } from '../controller/status-cause.ts';
import { unreachable } from '../lib/unreachable.ts';
import { renewalTime, tokenSecret, type WantedToken } from '../translate/pods/tokens.ts';
import type { Place } from '../translate/marks.ts';
import type { Action } from './action.ts';
import { uidOf } from '../translate/identity.ts';

export interface Hands {
  readonly place: Place;
  readonly tenant: Client<'tenant'>;
  readonly host: Client<'host'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each copy that an action made. */
  readonly made: (copy: On<'host', KubeObject>) => void;
}

const pods = { group: '', version: 'v1', resource: 'pods' };
const secrets = { group: '', version: 'v1', resource: 'secrets' };

/** @throws StatusError, ConnectionError of the action that failed */
export async function act(hands: Hands, actions: readonly Action[]): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  for (const action of actions) {
    try {
      await actOnce(hands, action);
    } catch (error) {
      if (!standsAlone(action)) throw error;
      failure ??= { error };
    }
  }
  if (failure) throw failure.error;
}

function standsAlone(action: Action): boolean {
  return action.type === 'patch-host' || (action.type === 'write-tokens' && action.isRenewal);
}

async function actOnce(hands: Hands, action: Action): Promise<void> {
  const { tenant, host, place } = hands;
  switch (action.type) {
    case 'create-host':
      hands.made(await host.resource(action.gvr, namespaceOf(place, action.object)).create(action.object));
      return;
    case 'update-host':
      await host.resource(action.gvr, namespaceOf(place, action.object)).update(action.object);
      return;
    case 'patch-host':
      await unlessNotFound(patchHost(hands, action));
      return;
    case 'delete-host': {
      const { gvr, name, uid, resourceVersion, gracePeriodSeconds } = action;
      const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
      const preconditions = resourceVersion === undefined ? { uid } : { uid, resourceVersion };
      const namespace = action.clusterScoped ? undefined : place.hostNamespace;
      await unlessNotFound(host.resource(gvr, namespace).delete(name, { preconditions, ...grace }));
      return;
    }
    case 'create-tenant':
      await tenant.resource(action.gvr, action.object.metadata.namespace).create(action.object);
      return;
    case 'update-tenant':
      await tenant.resource(action.gvr, action.object.metadata.namespace).update(action.object);
      return;
    case 'update-tenant-status':
      await unlessNotFound(tenant.resource(action.gvr, action.object.metadata.namespace).updateStatus(action.object));
      return;
    case 'delete-tenant': {
      const { gvr, ref, uid, gracePeriodSeconds } = action;
      const options = { gracePeriodSeconds, preconditions: { uid } };
      await unlessNotFound(tenant.resource(gvr, ref.namespace).delete(ref.name, options));
      return;
    }
    case 'bind-tenant-pod':
      await unlessNotFound(bind(hands, action));
      return;
    case 'write-tokens':
      await writeTokens(hands, action);
      return;
    default:
      unreachable(action);
  }
}

async function patchHost(
  { host, place }: Hands,
  { gvr, name, uid, subresource, patch, note }: Extract<Action, { type: 'patch-host' }>,
): Promise<void> {
  const resource = host.resource(gvr, place.hostNamespace);
  const patched = await unlessUnknown(
    resource.patch(name, 'strategic', { ...patch, metadata: { uid } }, { subresource }),
    subresource,
  );
  if (!note) return;
  const { metadata } = patched;
  await resource.update({ ...patched, metadata: { ...metadata, annotations: { ...metadata.annotations, ...note } } });
}

/** Copies are in the tenant's own namespace, or in none. */
function namespaceOf({ hostNamespace }: Place, { metadata }: On<'host', KubeObject>): string | undefined {
  return metadata.namespace === undefined ? undefined : hostNamespace;
}

/** A host that is too old for the subresource says so without naming the object. Its owner is told, as of all that is refused. */
async function unlessUnknown<T>(attempt: Promise<T>, subresource: string): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    const isUnknown = error instanceof StatusError && error.status.code === 404 && !error.status.details?.name;
    throw isUnknown ? newBadRequest(`the host has no ${subresource} of pods`) : error;
  }
}

async function bind(hands: Hands, { ref, uid, node }: Extract<Action, { type: 'bind-tenant-pod' }>): Promise<void> {
  await hands.tenant.resource(pods, ref.namespace).createSubresource(ref.name, 'binding', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: ref.name, namespace: ref.namespace, uid },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  });
}

async function writeTokens(
  hands: Hands,
  { pod, tokens, secret }: Extract<Action, { type: 'write-tokens' }>,
): Promise<void> {
  const issued = await Promise.all(tokens.map((token) => issueToken(hands, pod, token)));
  const renewAt = Math.min(...issued.map((token) => token.renewAt));
  const wanted = tokenSecret(
    hands.place,
    pod,
    Object.fromEntries(issued.map(({ key, token }) => [key, token])),
    renewAt,
  );
  const onHost = hands.host.resource(secrets, hands.place.hostNamespace);
  if (!secret) await onHost.create(wanted);
  else {
    const { uid, resourceVersion } = secret.metadata;
    const precondition = resourceVersion === undefined ? {} : { resourceVersion };
    await onHost.update({
      ...wanted,
      metadata: { ...wanted.metadata, ...(uid === undefined ? {} : { uid }), ...precondition },
    });
  }
}

async function issueToken(hands: Hands, pod: KubeObject, wanted: WantedToken) {
  const spec = (pod['spec'] ?? {}) as JsonObject;
  const account = typeof spec['serviceAccountName'] === 'string' ? spec['serviceAccountName'] : 'default';
  const issuedAt = hands.clock.now();
  const answer = await hands.tenant
    .resource({ group: '', version: 'v1', resource: 'serviceaccounts' }, pod.metadata.namespace)
    .createSubresource(account, 'token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        audiences: wanted.audience === undefined ? [] : [wanted.audience],
        expirationSeconds: wanted.expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name ?? '', uid: uidOf(pod) },
      },
    });
  const { token, expirationTimestamp } = (answer['status'] ?? {}) as JsonObject;
  if (typeof token !== 'string' || typeof expirationTimestamp !== 'string') {
    throw new Error(`the tenant's API server gave no token for service account ${account}`);
  }
  const renewAt = renewalTime(issuedAt, Date.parse(expirationTimestamp), hands.random.next());
  return { key: wanted.key, token, renewAt };
}
