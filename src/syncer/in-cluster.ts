/** What the syncer knows of a tenant's cluster that its pods are told. */
import { isJsonObject } from '../api/json.ts';
import { objectKey, type KubeObject } from '../api/object.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Informer } from '../client/informer.ts';
import type { Controller } from '../controller/controller.ts';
import type { ClusterDns } from '../translate/pods/cluster-dns.ts';
import { apiService, isApiService, type InCluster } from '../translate/pods/in-cluster.ts';
import type { SyncedKind } from './synced-kind.ts';

export interface InClusterSettings {
  /** The tenant's own DNS; absent: pods ask the host's. */
  readonly dns?: ClusterDns | undefined;
  /** The tenant's Service `kubernetes` stands for one that the host has already, and has no copy. */
  readonly apiIsOnHost?: boolean | undefined;
  /** Told when somebody may have changed where the Service `kubernetes` leads. */
  readonly apiChanged?: (() => void) | undefined;
}

const services = { group: '', version: 'v1', resource: 'services' };

export function createInCluster(
  { dns }: InClusterSettings,
  kinds: readonly SyncedKind[],
  informers: InformerFactory<'tenant'>,
): InCluster {
  const ofServices = informers.informer({ gvr: services });
  // Only what is read anyhow.
  const filling = new Map(
    kinds
      .filter(({ gvr }) => gvr.group === '' && (gvr.resource === 'configmaps' || gvr.resource === 'secrets'))
      .map(({ gvr }) => [gvr.resource, informers.informer({ gvr })] as const),
  );
  return {
    dns,
    servicesIn: (namespace) => ofServices.list(namespace),
    keysOf(kind, namespace, name) {
      const found = filling.get(kind)?.get(`${namespace}/${name}`);
      return found ? ['data', 'binaryData'].flatMap((field) => keysOfField(found, field)) : [];
    },
  };
}

/** Pods wait for the API's address ({@link waitForApi}), and there it is. */
export function planPodsOfNewApi(
  { queue }: Controller,
  ofServices: Informer<'tenant'>,
  tenantPods: Informer<'tenant'>,
): void {
  ofServices.addHandler({
    onAdd: (service) => {
      if (!isApiService(objectKey(service))) return;
      for (const pod of tenantPods.list()) queue.add(objectKey(pod));
    },
  });
}

/** Of the kinds that say where services lead, as far as they are read anyhow. */
export function watchApiEndpoints(
  { apiChanged }: InClusterSettings,
  kinds: readonly SyncedKind[],
  informers: InformerFactory<'tenant'>,
): void {
  if (!apiChanged) return;
  const look = (object: Readonly<KubeObject>): void => {
    if (isApiService(objectKey(object))) apiChanged();
  };
  for (const { gvr } of kinds.filter(({ kind }) => kind === 'Endpoints' || kind === 'EndpointSlice'))
    informers.informer({ gvr }).addHandler({ onUpdate: look, onDelete: look });
}

/** A host that gives no address (its quota may say so) does not keep the tenant's pods from starting. */
const apiWaitMs = 30_000;

/** How long a pod is not started yet, as nothing could be told to it of its API. Mirrors kubelets, which wait until they have read the services. */
export function waitForApi(inCluster: InCluster | undefined, pod: Readonly<KubeObject>, now: number): number {
  if (!inCluster || apiService(inCluster)) return 0;
  const madeAt = Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
  return Math.max(0, Math.min(apiWaitMs, madeAt + apiWaitMs - now));
}

function keysOfField(object: Readonly<KubeObject>, field: string): readonly string[] {
  const value = object[field];
  return isJsonObject(value) ? Object.keys(value) : [];
}
