/**
 * Where objects are in the store: upstream's etcd layout, so that a real kube-apiserver on the same etcd finds them.
 * Mirrors kubeapiserver SpecialDefaultResourcePrefixes, apiserver generic registry NamespaceKeyFunc, and the prefixes of the API
 * extensions and aggregator servers (group and resource).
 */
import type { GroupResource } from '../../api/gvk.ts';

const root = '/registry';

const specialPrefixes: Readonly<Record<string, string>> = {
  '/replicationcontrollers': 'controllers',
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/services': 'services/specs',
  'networking.k8s.io/ingresses': 'ingress',
  'apiextensions.k8s.io/customresourcedefinitions': 'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices': 'apiregistration.k8s.io/apiservices',
};

/** `/registry/pods/`. `prefix` overrides the rule (below `/registry`, without slashes around it). */
export function storagePrefixOf({ group, resource }: GroupResource, prefix?: string): string {
  return `${root}/${prefix ?? specialPrefixes[`${group}/${resource}`] ?? resource.toLowerCase()}/`;
}

/** The key of one object. `namespace` is empty for cluster-scoped ones. */
export function storageKey(prefix: string, namespace: string, name: string): string {
  return namespace === '' ? `${prefix}${name}` : `${prefix}${namespace}/${name}`;
}

/** What all keys of a namespace, or of all namespaces (empty), start with. Ends in a slash. */
export function storageRange(prefix: string, namespace: string): string {
  return namespace === '' ? prefix : `${prefix}${namespace}/`;
}
