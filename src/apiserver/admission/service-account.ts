/**
 * Every pod runs as a service account, and finds its token where clients look for it. Mirrors kubernetes
 * plugin/pkg/admission/serviceaccount.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { randomSuffix, type Random } from '../../lib/random.ts';
import { objectsAt, textAt } from '../../api/json-fields.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { admissionForbidden, isCore } from './forbidden.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';
const mirrorAnnotation = 'kubernetes.io/config.mirror';
/** One hour, and seven seconds by which kubelets know that nobody chose it. */
const tokenSeconds = 3607;
const suffixLength = 5;

export function serviceAccountAdmission(cluster: ClusterReader, random: Random): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: (attributes) => attributes.operation === 'CREATE' && isCore(attributes, 'pods'),
    async mutate(attributes) {
      const pod = attributes.object;
      // Pods that mirror a kubelet's own have no account.
      if (!pod || pod.metadata.annotations?.[mirrorAnnotation] !== undefined) return;
      const spec = specOf(pod);
      const name = textAt(spec, 'serviceAccountName') || 'default';
      spec['serviceAccountName'] = name;
      spec['serviceAccount'] = name;
      const account = await accountOf(attributes, cluster, name);
      if (mountsToken(account, spec)) mountToken(spec, random);
      const secrets = account['imagePullSecrets'];
      if (objectsAt(spec, 'imagePullSecrets').length === 0 && Array.isArray(secrets)) {
        spec['imagePullSecrets'] = structuredClone(secrets);
      }
    },
  };
}

async function accountOf(
  attributes: AdmissionAttributes,
  cluster: ClusterReader,
  name: string,
): Promise<Readonly<KubeObject>> {
  const { namespace } = attributes;
  const account = await cluster.find('', 'serviceaccounts', namespace, name);
  if (account) return account;
  const missing = `serviceaccount ${JSON.stringify(name)} not found`;
  throw admissionForbidden(attributes, `error looking up service account ${namespace}/${name}: ${missing}`);
}

/** The pod's word counts before the account's. */
function mountsToken(account: Readonly<KubeObject>, spec: JsonObject): boolean {
  const wish = spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'];
  return wish !== false;
}

/** May mutate. */
function mountToken(spec: JsonObject, random: Random): void {
  const volumes = objectsAt(spec, 'volumes');
  const there = volumes.find((volume) => textAt(volume, 'name').startsWith(volumePrefix));
  const name = there ? textAt(there, 'name') : `${volumePrefix}${randomSuffix(random, suffixLength)}`;
  let needed = false;
  for (const container of [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')]) {
    const mounts = objectsAt(container, 'volumeMounts');
    if (mounts.some((mount) => mount['mountPath'] === mountPath)) continue;
    container['volumeMounts'] = [...mounts, { name, readOnly: true, mountPath }];
    needed = true;
  }
  if (needed && !there) spec['volumes'] = [...volumes, tokenVolume(name)];
}

function tokenVolume(name: string): JsonObject {
  const namespaceRef: JsonValue = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: namespaceRef }] } },
      ],
      defaultMode: 0o644,
    },
  };
}

/** The pod's own, to be changed. */
function specOf(pod: KubeObject): JsonObject {
  const { spec } = pod;
  if (isJsonObject(spec)) return spec;
  const empty: JsonObject = {};
  pod['spec'] = empty;
  return empty;
}
