/** The resources that controllers read and write. */
import type { GroupVersionKind, GroupVersionResource } from '../api/gvk.ts';

export const pods: GroupVersionResource = { group: '', version: 'v1', resource: 'pods' };
export const services: GroupVersionResource = { group: '', version: 'v1', resource: 'services' };
export const endpoints: GroupVersionResource = { group: '', version: 'v1', resource: 'endpoints' };
export const namespaces: GroupVersionResource = { group: '', version: 'v1', resource: 'namespaces' };
export const nodes: GroupVersionResource = { group: '', version: 'v1', resource: 'nodes' };
export const configMaps: GroupVersionResource = { group: '', version: 'v1', resource: 'configmaps' };
export const serviceAccounts: GroupVersionResource = { group: '', version: 'v1', resource: 'serviceaccounts' };
export const secrets: GroupVersionResource = { group: '', version: 'v1', resource: 'secrets' };
export const certificateSigningRequests: GroupVersionResource = {
  group: 'certificates.k8s.io',
  version: 'v1',
  resource: 'certificatesigningrequests',
};
export const subjectAccessReviews: GroupVersionResource = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'subjectaccessreviews',
};
export const replicationControllers: GroupVersionResource = {
  group: '',
  version: 'v1',
  resource: 'replicationcontrollers',
};
export const replicaSets: GroupVersionResource = { group: 'apps', version: 'v1', resource: 'replicasets' };
export const deployments: GroupVersionResource = { group: 'apps', version: 'v1', resource: 'deployments' };
export const endpointSlices: GroupVersionResource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  resource: 'endpointslices',
};

export const statefulSets: GroupVersionResource = { group: 'apps', version: 'v1', resource: 'statefulsets' };
export const controllerRevisions: GroupVersionResource = {
  group: 'apps',
  version: 'v1',
  resource: 'controllerrevisions',
};
export const persistentVolumeClaims: GroupVersionResource = {
  group: '',
  version: 'v1',
  resource: 'persistentvolumeclaims',
};

export const jobs: GroupVersionResource = { group: 'batch', version: 'v1', resource: 'jobs' };

export const cronJobs: GroupVersionResource = { group: 'batch', version: 'v1', resource: 'cronjobs' };

export const cronJobKind: GroupVersionKind = { group: 'batch', version: 'v1', kind: 'CronJob' };
export const jobKind: GroupVersionKind = { group: 'batch', version: 'v1', kind: 'Job' };
export const persistentVolumes: GroupVersionResource = { group: '', version: 'v1', resource: 'persistentvolumes' };
export const volumeAttributesClasses: GroupVersionResource = {
  group: 'storage.k8s.io',
  version: 'v1',
  resource: 'volumeattributesclasses',
};

export const resourceQuotas: GroupVersionResource = { group: '', version: 'v1', resource: 'resourcequotas' };

export const podDisruptionBudgets: GroupVersionResource = {
  group: 'policy',
  version: 'v1',
  resource: 'poddisruptionbudgets',
};

export const horizontalPodAutoscalers: GroupVersionResource = {
  group: 'autoscaling',
  version: 'v2',
  resource: 'horizontalpodautoscalers',
};

export const podKind: GroupVersionKind = { group: '', version: 'v1', kind: 'Pod' };
export const statefulSetKind: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'StatefulSet' };
export const replicaSetKind: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'ReplicaSet' };
export const deploymentKind: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'Deployment' };
export const replicationControllerKind: GroupVersionKind = { group: '', version: 'v1', kind: 'ReplicationController' };

export const daemonSets: GroupVersionResource = { group: 'apps', version: 'v1', resource: 'daemonsets' };
export const daemonSetKind: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'DaemonSet' };

export const resourceClaims: GroupVersionResource = {
  group: 'resource.k8s.io',
  version: 'v1',
  resource: 'resourceclaims',
};
export const resourceClaimTemplates: GroupVersionResource = {
  group: 'resource.k8s.io',
  version: 'v1',
  resource: 'resourceclaimtemplates',
};

export const serviceCidrs: GroupVersionResource = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'servicecidrs',
};
export const ipAddresses: GroupVersionResource = { group: 'networking.k8s.io', version: 'v1', resource: 'ipaddresses' };
export const validatingAdmissionPolicies: GroupVersionResource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingadmissionpolicies',
};
