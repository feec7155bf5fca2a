/**
 * Mirrors validateService and ValidateServiceUpdate, v1.36. A health-check port need not be there: it is allocated after validation.
 */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import { validateLabels } from '../../../../api/label-selector.ts';
import { portNumber } from '../../../../api/names.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { label, messages, oneOf, portNumberOrName, qualified, requiredOneOf, subdomain } from '../checks.ts';
import { endpointAddress, ipAddress, ipRange } from '../ip-addresses.ts';
import { viewAs } from '../view.ts';
import { validateAddressChanges, validateAddresses } from './service-addresses-validation.ts';
import { isHeadless, type Service, type ServicePort, type ServiceSpec } from './service-view.ts';
import { protocols } from './validation/ports.ts';

const specPath = field.path('spec');
const affinitySecondsMax = 86_400;
const onlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";

export function validateService(service: Readonly<KubeObject>, old?: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<Service>(service);
  const before = old ? viewAs<Service>(old).spec : undefined;
  return [
    ...validateForType(spec),
    ...validatePorts(spec),
    ...validateLabels(spec.selector, specPath.child('selector')),
    ...requiredOneOf(spec.sessionAffinity, specPath.child('sessionAffinity'), ['ClientIP', 'None']),
    ...validateAffinityConfig(spec),
    ...validateAddresses(spec, before),
    ...validateExternalAddresses(spec, before),
    ...requiredOneOf(spec.type, specPath.child('type'), ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
    ...validatePortConflicts(spec),
    ...validateLoadBalancer(spec, before),
    ...validateTraffic(spec),
  ];
}

export function validateServiceUpdate(service: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<Service>(service);
  const { spec: before = {} } = viewAs<Service>(old);
  const balanced = spec.type === 'LoadBalancer' && before.type === 'LoadBalancer';
  const changedClass = balanced && spec.loadBalancerClass !== before.loadBalancerClass;
  const classPath = specPath.child('loadBalancerClass');
  const changedHealth =
    needsHealthCheck(spec) && needsHealthCheck(before) && spec.healthCheckNodePort !== before.healthCheckNodePort;
  return [
    ...validateAddressChanges(spec, before),
    ...(changedClass ? [field.invalid(classPath, spec.loadBalancerClass ?? null, 'may not change once set')] : []),
    ...validateClass(spec),
    ...(changedHealth ? [field.forbidden(specPath.child('healthCheckNodePort'), 'field is immutable')] : []),
    ...validateService(service, old),
  ];
}

function validateForType(spec: ServiceSpec): FieldError[] {
  const { type = '', ports = [], clusterIPs = [], externalName = '' } = spec;
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') {
    errors.push(field.required(specPath.child('ports'), ''));
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const text = `may not be set to 'None' for ${type} services`;
    errors.push(field.invalid(specPath.child('clusterIPs').index(0), 'None', text));
  }
  if (type !== 'ExternalName') return errors;
  const text = 'may not be set for ExternalName services';
  if (clusterIPs.length > 0) errors.push(field.forbidden(specPath.child('clusterIPs'), text));
  if ((spec.ipFamilies?.length ?? 0) > 0) errors.push(field.forbidden(specPath.child('ipFamilies'), text));
  if (spec.ipFamilyPolicy !== undefined) errors.push(field.forbidden(specPath.child('ipFamilyPolicy'), text));
  const name = externalName.replace(/\.$/, '');
  const place = specPath.child('externalName');
  return [...errors, ...(name === '' ? [field.required(place, '')] : subdomain(name, place))];
}

function validatePorts({ ports = [] }: ServiceSpec): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const place = specPath.child('ports').index(index);
    const { name = '', port: number = 0, protocol, targetPort = 0, appProtocol } = port;
    const errors: FieldError[] = [];
    if (name === '') {
      if (ports.length > 1) errors.push(field.required(place.child('name'), ''));
    } else {
      errors.push(...label(name, place.child('name')));
      if (names.has(name)) errors.push(field.duplicate(place.child('name'), name));
      names.add(name);
    }
    return [
      ...errors,
      ...messages(place.child('port'), number, portNumber(number)),
      ...requiredOneOf(protocol, place.child('protocol'), protocols),
      ...portNumberOrName(targetPort, place.child('targetPort')),
      ...(appProtocol === undefined ? [] : qualified(appProtocol, place.child('appProtocol'))),
    ];
  });
}

function validateAffinityConfig({ sessionAffinity, sessionAffinityConfig: config }: ServiceSpec): FieldError[] {
  const place = specPath.child('sessionAffinityConfig');
  if (sessionAffinity === 'None') {
    return config ? [field.forbidden(place, 'must not be set when session affinity is None')] : [];
  }
  if (sessionAffinity !== 'ClientIP') return [];
  const text = 'when session affinity type is ClientIP';
  if (!config) return [field.required(place, text)];
  if (!config.clientIP) return [field.required(place.child('clientIP'), text)];
  const seconds = config.clientIP.timeoutSeconds;
  const secondsPath = place.child('clientIP', 'timeoutSeconds');
  if (seconds === undefined) return [field.required(secondsPath, text)];
  if (seconds > 0 && seconds <= affinitySecondsMax) return [];
  return [field.invalid(secondsPath, seconds, `must be greater than 0 and less than ${affinitySecondsMax}`)];
}

function validateExternalAddresses({ externalIPs = [] }: ServiceSpec, before: ServiceSpec | undefined): FieldError[] {
  return externalIPs.flatMap((address, index) => {
    const place = specPath.child('externalIPs').index(index);
    const errors = ipAddress(address, place, before?.externalIPs);
    return errors.length > 0 ? errors : endpointAddress(address, place);
  });
}

function validatePortConflicts({ type, ports = [] }: ServiceSpec): FieldError[] {
  const place = (index: number) => specPath.child('ports').index(index);
  const nodePorts = new Set<string>();
  const numbers = new Set<string>();
  return [
    ...ports.flatMap(({ nodePort = 0 }, index) =>
      type === 'ClusterIP' && nodePort !== 0
        ? [field.forbidden(place(index).child('nodePort'), "may not be used when `type` is 'ClusterIP'")]
        : [],
    ),
    ...ports.flatMap(({ nodePort = 0, protocol = '' }, index) => {
      const key = `${protocol}/${nodePort}`;
      const taken = nodePort !== 0 && nodePorts.has(key);
      nodePorts.add(key);
      return taken ? [field.duplicate(place(index).child('nodePort'), nodePort)] : [];
    }),
    ...ports.flatMap((port, index) => {
      const key = `${port.protocol}/${port.port}`;
      const taken = numbers.has(key);
      numbers.add(key);
      return taken ? [field.duplicate(place(index), internalPort(port))] : [];
    }),
  ];
}

/** As upstream's internal struct is shown. */
function internalPort({ protocol = '', port = 0 }: ServicePort) {
  return { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}

function validateLoadBalancer(spec: ServiceSpec, before: ServiceSpec | undefined): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  // Upstream writes this path with a capital.
  const rangesPath = specPath.child('LoadBalancerSourceRanges');
  const isBalanced = spec.type === 'LoadBalancer';
  const errors = ranges.length > 0 && !isBalanced ? [field.forbidden(rangesPath, onlyLoadBalancer)] : [];
  const existing = before?.loadBalancerSourceRanges?.map((range) => range.trim());
  errors.push(...ranges.flatMap((range, index) => ipRange(range.trim(), rangesPath.index(index), existing)));
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalanced) {
    errors.push(field.forbidden(specPath.child('allocateLoadBalancerNodePorts'), onlyLoadBalancer));
  }
  if (isBalanced && spec.allocateLoadBalancerNodePorts === undefined) {
    errors.push(field.required('allocateLoadBalancerNodePorts', ''));
  }
  return [...errors, ...validateClass(spec)];
}

function validateClass({ type, loadBalancerClass }: ServiceSpec): FieldError[] {
  if (loadBalancerClass === undefined) return [];
  const place = specPath.child('loadBalancerClass');
  return type === 'LoadBalancer' ? qualified(loadBalancerClass, place) : [field.forbidden(place, onlyLoadBalancer)];
}

const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

function validateTraffic(spec: ServiceSpec): FieldError[] {
  const { type = '', externalTrafficPolicy: policy = '', healthCheckNodePort: healthPort = 0 } = spec;
  const external =
    type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
  const policyPath = specPath.child('externalTrafficPolicy');
  const healthPath = specPath.child('healthCheckNodePort');
  const errors: FieldError[] = [];
  if (external) errors.push(...requiredOneOf(policy, policyPath, ['Cluster', 'Local']));
  else if (policy !== '') {
    errors.push(field.invalid(policyPath, policy, 'may only be set for externally-accessible services'));
  }
  if (healthPort !== 0) {
    const text = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (needsHealthCheck(spec)) errors.push(...messages(healthPath, healthPort, portNumber(healthPort)));
    else errors.push(field.invalid(healthPath, healthPort, text));
  }
  const internalPath = specPath.child('internalTrafficPolicy');
  if (spec.internalTrafficPolicy === undefined && ['NodePort', 'LoadBalancer', 'ClusterIP'].includes(type)) {
    errors.push(field.required(internalPath, ''));
  }
  return [
    ...errors,
    ...oneOf(spec.internalTrafficPolicy, internalPath, ['Cluster', 'Local']),
    ...oneOf(spec.trafficDistribution, specPath.child('trafficDistribution'), distributions),
  ];
}

function needsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}
