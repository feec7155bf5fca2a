/** Mirrors ValidateEndpoints and its update, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { validateSloppyIp } from '../../../../api/ip-address.ts';
import { equalJson } from '../../../../api/json.ts';
import { portNumber, subdomainNameRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { label, messages, qualified, requiredOneOf } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { endpointAddress } from '../ip-addresses.ts';
import { viewAs } from '../view.ts';

interface Address {
  readonly ip?: string;
  readonly hostname?: string;
  readonly nodeName?: string;
}

interface Port {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
}

interface Subset {
  readonly addresses?: readonly Address[];
  readonly notReadyAddresses?: readonly Address[];
  readonly ports?: readonly Port[];
}

interface Endpoints {
  readonly metadata: ObjectMeta;
  readonly subsets?: readonly Subset[];
}

/** What was stored once stays valid as long as it isn't changed. */
export function validateEndpoints(object: Readonly<KubeObject>, old?: Readonly<KubeObject>): FieldError[] {
  if (old && equalJson(jsonOf(object)['subsets'], jsonOf(old)['subsets'])) return [];
  const { subsets = [] } = viewAs<Endpoints>(object);
  return subsets.flatMap((subset, index) => validateSubset(subset, field.path('subsets').index(index)));
}

function validateSubset({ addresses = [], notReadyAddresses = [], ports = [] }: Subset, path: Path): FieldError[] {
  const empty = addresses.length === 0 && notReadyAddresses.length === 0;
  return [
    ...(empty ? [field.required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...addresses.flatMap((one, index) => validateAddress(one, path.child('addresses').index(index))),
    ...notReadyAddresses.flatMap((one, index) => validateAddress(one, path.child('notReadyAddresses').index(index))),
    ...ports.flatMap((one, index) => validatePort(one, ports.length > 1, path.child('ports').index(index))),
  ];
}

function validateAddress({ ip = '', hostname = '', nodeName }: Address, path: Path): FieldError[] {
  return [
    ...validateSloppyIp(path.child('ip'), ip),
    ...(hostname === '' ? [] : label(hostname, path.child('hostname'))),
    ...(nodeName === undefined ? [] : messages(path.child('nodeName'), nodeName, subdomainNameRule(nodeName, false))),
    ...endpointAddress(ip, path.child('ip')),
  ];
}

function validatePort(port: Port, named: boolean, path: Path): FieldError[] {
  const { name = '', port: number = 0, protocol = '', appProtocol } = port;
  const namePath = path.child('name');
  return [
    ...(name === '' ? (named ? [field.required(namePath, '')] : []) : label(name, namePath)),
    ...messages(path.child('port'), number, portNumber(number)),
    ...requiredOneOf(protocol, path.child('protocol'), ['SCTP', 'TCP', 'UDP']),
    ...(appProtocol === undefined ? [] : qualified(appProtocol, path.child('appProtocol'))),
  ];
}
