/**
 * Upstream's controllers that are not built here, each with the reason. Together with those that are, they are all the names that
 * kube-controller-manager knows (v1.36, cmd/kube-controller-manager/names; a test holds the two together): whoever brings his `--controllers` along
 * may switch any of them off, and is told why he can't switch it on.
 */

/** `host`: the cluster below does it, for all tenants. `api-server`: ours does it itself. `off`: upstream doesn't run it either, unless asked to. */
export type Place = 'host' | 'api-server' | 'off';

export interface Elsewhere {
  readonly place: Place;
  /** The end of a sentence: `… is left to the host: `. */
  readonly reason: string;
}

export const elsewhere: Readonly<Record<string, Elsewhere>> = {
  'node-ipam-controller': host('nodes and the addresses of their pods are its own'),
  'node-lifecycle-controller': host('whether a node is well is for those to say who hear of it'),
  'ttl-controller': host('it annotates nodes, for their kubelets'),
  'persistentvolume-binder-controller': host('volumes are bound and provisioned where they are'),
  'persistentvolume-attach-detach-controller': host('volumes are attached to its nodes'),
  'persistentvolume-expander-controller': host('volumes are resized where they are'),
  'device-taint-eviction-controller': host('devices and their taints are its own, and it evicts the copies of pods'),
  'service-lb-controller': host('load balancers are its cloud’s'),
  'node-route-controller': host('routes are its cloud’s'),
  'cloud-node-lifecycle-controller': host('nodes are its cloud’s'),
  'clusterrole-aggregation-controller': {
    place: 'api-server',
    reason: 'a ClusterRole is aggregated in the write that changes it, so that no moment lies between the two',
  },
  'bootstrap-signer-controller': off('it is for clusters that nodes join by tokens'),
  'token-cleaner-controller': off('it is for clusters that nodes join by tokens'),
  'selinux-warning-controller': off('it has to be asked for'),
  'podcertificaterequest-cleaner-controller': off('the gate PodCertificateRequest'),
  'podgroup-protection-controller': off('the gate GenericWorkload'),
  'kube-apiserver-serving-clustertrustbundle-publisher-controller': off('the gate ClusterTrustBundle'),
  'storageversion-garbage-collector-controller': off('the gate StorageVersionAPI'),
  'storage-version-migrator-controller': off('the gate StorageVersionMigrator'),
  'resourcepoolstatusrequest-controller': off('the gate DRAResourcePoolStatus'),
};

/** Why it isn't here, for him who switched it on. `undefined`: nothing is known of the name. */
export function whyNotHere(name: string): string | undefined {
  if (!Object.hasOwn(elsewhere, name)) return undefined;
  const { place, reason } = elsewhere[name] ?? off('');
  const where = {
    host: 'is left to the host',
    'api-server': 'is part of the API server',
    off: 'is off by default upstream, and not built here',
  }[place];
  return `"${name}" can't be switched on: it ${where}: ${reason}`;
}

function host(reason: string): Elsewhere {
  return { place: 'host', reason };
}

function off(reason: string): Elsewhere {
  return { place: 'off', reason };
}
