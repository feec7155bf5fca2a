/** Mirrors ValidateEndpointSlice and its update, v1.36. */
import { isIPv4, isIPv6 } from 'node:net';
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { validateIp, validateSloppyIp } from '../../../../api/ip-address.ts';
import { equalJson } from '../../../../api/json.ts';
import { dns1123Label, dns1123Subdomain, labelValueRule, subdomainNameRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, label, messages, qualified, requiredOneOf } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { endpointAddress } from '../ip-addresses.ts';
import { viewAs } from '../view.ts';

interface Named {
  readonly name?: string;
}

interface Endpoint {
  readonly addresses?: readonly string[];
  readonly nodeName?: string;
  readonly hostname?: string;
  readonly hints?: { readonly forZones?: readonly Named[]; readonly forNodes?: readonly Named[] };
}

interface Port extends Named {
  readonly protocol?: string;
  readonly appProtocol?: string;
}

interface EndpointSlice {
  readonly metadata: ObjectMeta;
  readonly addressType?: string;
  readonly ports?: readonly Port[];
  readonly endpoints?: readonly Endpoint[];
}

const addressesMax = 100;
const portsMax = 20_000;
const endpointsMax = 1000;
const hintsMax = 8;

export function validateEndpointSlice(object: Readonly<KubeObject>, old?: Readonly<KubeObject>): FieldError[] {
  const { addressType = '', ports = [], endpoints = [] } = viewAs<EndpointSlice>(object);
  const unchanged = old !== undefined && equalJson(jsonOf(object)['endpoints'], jsonOf(old)['endpoints']);
  return [
    ...requiredOneOf(addressType, 'addressType', ['FQDN', 'IPv4', 'IPv6']),
    ...validatePorts(ports, field.path('ports')),
    ...(unchanged ? [] : validateEndpoints(endpoints, addressType, field.path('endpoints'))),
  ];
}

export function validateEndpointSliceUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const type = (slice: Readonly<KubeObject>) => jsonOf(slice)['addressType'];
  return [...validateEndpointSlice(object, old), ...immutable(type(object), type(old), 'addressType')];
}

function validatePorts(ports: readonly Port[], path: Path): FieldError[] {
  if (ports.length > portsMax) return [field.tooMany(path, ports.length, portsMax)];
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol, appProtocol }, index) => {
    const place = path.index(index);
    const namePath = place.child('name');
    const errors = name === '' ? [] : label(name, namePath);
    if (names.has(name)) errors.push(field.duplicate(namePath, name));
    names.add(name);
    if (protocol === undefined) errors.push(field.required(place.child('protocol'), ''));
    else if (!['SCTP', 'TCP', 'UDP'].includes(protocol)) {
      errors.push(field.notSupported(place.child('protocol'), protocol, ['SCTP', 'TCP', 'UDP']));
    }
    if (appProtocol !== undefined) errors.push(...qualified(appProtocol, place.child('appProtocol')));
    return errors;
  });
}

function validateEndpoints(endpoints: readonly Endpoint[], addressType: string, path: Path): FieldError[] {
  if (endpoints.length > endpointsMax) return [field.tooMany(path, endpoints.length, endpointsMax)];
  return endpoints.flatMap((endpoint, index) => validateEndpoint(endpoint, addressType, path.index(index)));
}

function validateEndpoint(endpoint: Endpoint, addressType: string, path: Path): FieldError[] {
  const { addresses = [], nodeName, hostname, hints = {} } = endpoint;
  const place = path.child('addresses');
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(field.required(place, 'must contain at least 1 address'));
  if (addresses.length > addressesMax) errors.push(field.tooMany(place, addresses.length, addressesMax));
  for (const [index, address] of addresses.entries()) {
    errors.push(...validateAddress(address, addressType, place, place.index(index)));
  }
  if (nodeName !== undefined)
    errors.push(...messages(path.child('nodeName'), nodeName, subdomainNameRule(nodeName, false)));
  if (hostname !== undefined) errors.push(...label(hostname, path.child('hostname')));
  const { forZones = [], forNodes = [] } = hints;
  const hintsPath = path.child('hints');
  if (forZones.length > hintsMax)
    return [...errors, field.tooMany(hintsPath.child('forZones'), forZones.length, hintsMax)];
  return [
    ...errors,
    ...validateHints(forZones, hintsPath.child('forZones'), labelValueRule),
    ...validateHints(forNodes, hintsPath.child('forNodes'), (name) => subdomainNameRule(name, false)),
  ];
}

function validateHints(hints: readonly Named[], path: Path, rule: (name: string) => string[]): FieldError[] {
  if (hints.length > hintsMax) return [field.tooMany(path, hints.length, hintsMax)];
  const names = new Set<string>();
  return hints.flatMap(({ name = '' }, index) => {
    const place = path.index(index).child('name');
    const repeated = names.has(name) ? [field.duplicate(place, name)] : [];
    names.add(name);
    return [...repeated, ...messages(place, name, rule(name))];
  });
}

/** `list`: upstream names the whole list when the family is wrong. */
function validateAddress(address: string, type: string, list: Path, path: Path): FieldError[] {
  if (type === 'FQDN') return validateDomainName(address, path);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const errors = type === 'IPv4' ? validateSloppyIp(path, address) : validateIp(path, address);
  if (errors.length > 0) return errors;
  const fits = type === 'IPv4' ? isIPv4(address) : isIPv6(address);
  return [
    ...(fits ? [] : [field.invalid(list, address, `must be an ${type} address`)]),
    ...endpointAddress(address, path),
  ];
}

/** Mirrors IsFullyQualifiedDomainName of apimachinery util/validation. */
function validateDomainName(given: string, path: Path): FieldError[] {
  if (given === '') return [field.required(path, '')];
  const name = given.replace(/\.$/, '');
  const texts = dns1123Subdomain(name);
  if (texts.length > 0) return [field.invalid(path, name, texts.join(','))];
  const labels = name.split('.');
  if (labels.length < 2) {
    return [field.invalid(path, name, 'should be a domain with at least two segments separated by dots')];
  }
  const wrong = labels.find((one) => dns1123Label(one).length > 0);
  return wrong === undefined ? [] : [field.invalid(path, wrong, dns1123Label(wrong).join(','))];
}
