/** The kinds that scenarios write and that are compared in the end. */
import type { GroupVersionResource } from '../../../src/api/gvk.ts';

const kind = (group: string, resource: string, version = 'v1'): GroupVersionResource => ({ group, version, resource });

export const namespacedKinds = {
  Pod: kind('', 'pods'),
  Service: kind('', 'services'),
  Endpoints: kind('', 'endpoints'),
  EndpointSlice: kind('discovery.k8s.io', 'endpointslices'),
  ReplicationController: kind('', 'replicationcontrollers'),
  ReplicaSet: kind('apps', 'replicasets'),
  Deployment: kind('apps', 'deployments'),
  StatefulSet: kind('apps', 'statefulsets'),
  DaemonSet: kind('apps', 'daemonsets'),
  ControllerRevision: kind('apps', 'controllerrevisions'),
  Job: kind('batch', 'jobs'),
  CronJob: kind('batch', 'cronjobs'),
  PersistentVolumeClaim: kind('', 'persistentvolumeclaims'),
  PodDisruptionBudget: kind('policy', 'poddisruptionbudgets'),
  HorizontalPodAutoscaler: kind('autoscaling', 'horizontalpodautoscalers', 'v2'),
  ConfigMap: kind('', 'configmaps'),
  Secret: kind('', 'secrets'),
  ServiceAccount: kind('', 'serviceaccounts'),
  ResourceQuota: kind('', 'resourcequotas'),
  ResourceClaim: kind('resource.k8s.io', 'resourceclaims'),
  ResourceClaimTemplate: kind('resource.k8s.io', 'resourceclaimtemplates'),
} as const;

/** Of these, what a scenario has made bears its namespace's name at the beginning of its own. */
export const clusterKinds = {
  Namespace: kind('', 'namespaces'),
  PersistentVolume: kind('', 'persistentvolumes'),
  CertificateSigningRequest: kind('certificates.k8s.io', 'certificatesigningrequests'),
  ClusterRole: kind('rbac.authorization.k8s.io', 'clusterroles'),
  ServiceCIDR: kind('networking.k8s.io', 'servicecidrs'),
  VolumeAttributesClass: kind('storage.k8s.io', 'volumeattributesclasses'),
} as const;

/** Read by scenarios, and not compared: they are the nodes' own. */
const otherKinds = { Node: kind('', 'nodes'), Event: kind('', 'events') } as const;

export const kinds = { ...namespacedKinds, ...clusterKinds, ...otherKinds } as const;

export type KindName = keyof typeof kinds;

export const isKindName = (name: string): name is KindName => Object.hasOwn(kinds, name);

export const isClusterKind = (name: string): boolean => Object.hasOwn(clusterKinds, name) || name === 'Node';
