/**
 * What objects of each kind use of a quota. Mirrors kubernetes pkg/quota/v1/evaluator/core and apiserver quota/v1/generic. Pure.
 */
import type { GroupResource } from '../gvk.ts';
import { objectAt, objectsAt, textAt } from '../json-fields.ts';
import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { compareQuantities, parseQuantity, quantityText, roundUpQuantity } from '../quantity.ts';
import type { Amounts } from './amounts.ts';
import { deviceClaimEvaluator } from './device-claim-evaluator.ts';
import type { Evaluator } from './evaluator.ts';
import { podEvaluator } from './pod-evaluator.ts';
import { valuesMatch, type Quota } from './quota.ts';

const deviceClaims: GroupResource = { group: 'resource.k8s.io', resource: 'resourceclaims' };
const claimSuffix = '.storageclass.storage.k8s.io/';
const claimNames = ['persistentvolumeclaims', 'requests.storage'];
const serviceNames = new Set(['count/services', 'services', 'services.nodeports', 'services.loadbalancers']);
/** Kinds that had a name of their own before all kinds could be counted. */
const aliases = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

const serviceEvaluator: Evaluator = {
  handles: (_operation, subresource) => subresource === '',
  matching: (names) => names.filter((name) => serviceNames.has(name)),
  matchesScope: () => false,
  usage(service) {
    const spec = objectAt(jsonOf(service), 'spec');
    const type = textAt(spec, 'type');
    const ports = objectsAt(spec, 'ports');
    const asked = spec?.['allocateLoadBalancerNodePorts'] === false ? ports.filter((port) => port['nodePort']) : ports;
    const nodePorts = type === 'NodePort' ? ports.length : type === 'LoadBalancer' ? asked.length : 0;
    return {
      'count/services': '1',
      services: '1',
      'services.loadbalancers': type === 'LoadBalancer' ? '1' : '0',
      'services.nodeports': String(nodePorts),
    };
  },
};

const claimEvaluator: Evaluator = {
  handles: (_operation, subresource) => subresource === '' || subresource === 'status',
  matching: (names) =>
    names.filter(
      (name) =>
        name === 'count/persistentvolumeclaims' ||
        claimNames.includes(name) ||
        claimNames.some((one) => name.endsWith(`${claimSuffix}${one}`)),
    ),
  matchesScope: (scope, claim) =>
    scope.scopeName === 'VolumeAttributesClass' && valuesMatch(scope, attributesClassesOf(claim)),
  usage(claim) {
    const { annotations } = claim.metadata;
    const spec = objectAt(jsonOf(claim), 'spec');
    const className = annotations?.['volume.beta.kubernetes.io/storage-class'] ?? textAt(spec, 'storageClassName');
    const storage = storageOf(claim);
    const perClass = (name: string, amount: string): Amounts =>
      className === '' ? {} : { [`${className}${claimSuffix}${name}`]: amount };
    return {
      persistentvolumeclaims: '1',
      'count/persistentvolumeclaims': '1',
      ...perClass('persistentvolumeclaims', '1'),
      ...(storage === undefined ? {} : { 'requests.storage': storage, ...perClass('requests.storage', storage) }),
    };
  },
};

/** Any kind has one: objects can always be counted. */
export function evaluatorOf(gr: GroupResource): Evaluator {
  if (gr.group === '') {
    if (gr.resource === 'pods') return podEvaluator;
    if (gr.resource === 'services') return serviceEvaluator;
    if (gr.resource === 'persistentvolumeclaims') return claimEvaluator;
  }
  if (gr.group === deviceClaims.group && gr.resource === deviceClaims.resource) return deviceClaimEvaluator;
  const count = `count/${gr.resource}${gr.group === '' ? '' : `.${gr.group}`}`;
  const names = [count, ...(gr.group === '' && aliases.has(gr.resource) ? [gr.resource] : [])];
  const usage = Object.fromEntries(names.map((name) => [name, '1']));
  return {
    handles: (operation, subresource) => operation === 'CREATE' && subresource === '',
    matching: (wanted) => wanted.filter((name) => names.includes(name)),
    matchesScope: () => false,
    usage: () => usage,
  };
}

/** The kind that a name in a quota is about: `count/deployments.apps`, `pods`, `requests.storage`… */
export function resourceOfName(name: string): GroupResource {
  const counted = /^count\/([^.]+)(?:\.(.+))?$/.exec(name);
  if (counted) return { group: counted[2] ?? '', resource: counted[1] ?? '' };
  if (aliases.has(name)) return { group: '', resource: name };
  const claims = { group: '', resource: 'persistentvolumeclaims' };
  if (claimEvaluator.matching([name]).length > 0) return claims;
  if (deviceClaimEvaluator.matching([name]).length > 0) return deviceClaims;
  return serviceNames.has(name) ? { group: '', resource: 'services' } : { group: '', resource: 'pods' };
}

/** Whether the quota is about the object: something of it is limited, and all scopes match. */
export function quotaMatches(quota: Quota, evaluator: Evaluator, object: Readonly<KubeObject>): boolean {
  if (evaluator.matching(Object.keys(quota.countedHard)).length === 0) return false;
  return quota.scopes.every((scope) => evaluator.matchesScope(scope, object));
}

function storageOf(claim: Readonly<KubeObject>): string | undefined {
  const asked = textAt(objectAt(objectAt(objectAt(jsonOf(claim), 'spec'), 'resources'), 'requests'), 'storage');
  if (asked === '') return undefined;
  const allocated = textAt(objectAt(objectAt(jsonOf(claim), 'status'), 'allocatedResources'), 'storage');
  const larger =
    allocated !== '' && compareQuantities(parseQuantity(allocated), parseQuantity(asked)) > 0 ? allocated : asked;
  return quantityText(roundUpQuantity(parseQuantity(larger), 0));
}

function attributesClassesOf(claim: Readonly<KubeObject>): readonly string[] {
  const status = objectAt(jsonOf(claim), 'status');
  const names = [
    textAt(objectAt(jsonOf(claim), 'spec'), 'volumeAttributesClassName'),
    textAt(status, 'currentVolumeAttributesClassName'),
    textAt(objectAt(status, 'modifyVolumeStatus'), 'targetVolumeAttributesClassName'),
  ];
  return [...new Set(names.filter((name) => name !== ''))];
}

/** An object of the API is JSON all through. */
function jsonOf(object: Readonly<KubeObject>): JsonObject {
  return object as unknown as JsonObject;
}
