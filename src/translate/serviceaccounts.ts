/**
 * A tenant's ServiceAccount on the host: who its pods are there. Clouds give rights to those by their annotations, and pull secrets come with them; a
 * token of the host's API it never has. Pure.
 */
import { isJsonObject } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, nameOn, type On } from '../api/side.ts';
import { updatedContent } from './content.ts';
import { originOf, type Place } from './marks.ts';
import { copyMetadata } from './metadata.ts';
import { hostName } from './names.ts';

/** What its pods pull images with, by their keys in the tenant. */
export function namedByServiceAccount(account: Readonly<KubeObject>): readonly { kind: 'secrets'; key: string }[] {
  const { namespace } = originOf(account);
  return pullSecrets(account).map((name) => ({ kind: 'secrets', key: `${namespace}/${name}` }));
}

export function copyServiceAccount(place: Place, account: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const { namespace } = originOf(account);
  const imagePullSecrets = pullSecrets(account).map((name) => ({
    name: hostName(place.tenant, namespace, nameOn('tenant', name)),
  }));
  return markOn('host', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: copyMetadata(place, account),
    automountServiceAccountToken: false,
    ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets }),
  });
}

export function updatedServiceAccountCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  return updatedContent(['automountServiceAccountToken', 'imagePullSecrets'], current, wanted);
}

function pullSecrets({ imagePullSecrets = null }: Readonly<KubeObject>): readonly string[] {
  if (!Array.isArray(imagePullSecrets)) return [];
  return imagePullSecrets.flatMap((reference) => {
    const name = isJsonObject(reference) ? reference['name'] : undefined;
    return typeof name === 'string' && name !== '' ? [name] : [];
  });
}
