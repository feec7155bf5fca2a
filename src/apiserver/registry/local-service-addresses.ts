/**
 * Service addresses from ranges of one's own, kept in memory: rebuilt at start from the stored Services, so that nothing else has to
 * be stored. Mirrors kubernetes core/service/ipallocator and portallocator: what is given by itself comes from the upper part of a
 * range first, so that the lower part is free for who asks for an address by name.
 */
import * as field from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { newInternalError, newInvalid } from '../../api/status.ts';
import type { Random } from '../../lib/random.ts';
import { NumberRange } from './number-range.ts';
import {
  allocatesNodePorts,
  clusterIpsOf,
  isHeadless,
  needsHealthPort,
  nodePortsOf,
  portsOf,
  specOf,
  type ServiceAddresses,
} from './service-addresses.ts';

export interface LocalServiceAddressesOptions {
  /** `10.96.0.0/16`. IPv4. */
  readonly serviceCidr: string;
  readonly random: Random;
}

const kind = { group: '', kind: 'Service' };
const nodePortMin = 30000;
const nodePortMax = 32767;
const ipFull = 'failed to allocate a serviceIP for Service';

export class LocalServiceAddresses implements ServiceAddresses {
  readonly #first: number;
  readonly #ips: NumberRange;
  readonly #ports: NumberRange;

  /** Throws for a range that is none. */
  constructor({ serviceCidr, random }: LocalServiceAddressesOptions) {
    const { first, size } = parseCidr(serviceCidr);
    this.#first = first;
    // Neither the network's own address nor the broadcast address.
    this.#ips = new NumberRange(1, size - 2, random);
    this.#ports = new NumberRange(nodePortMin, nodePortMax, random);
  }

  /** What stored Services have: to be called at start, for each. */
  occupy(service: Readonly<KubeObject>): void {
    const spec = specOf(service);
    for (const ip of clusterIpsOf(spec)) this.#ips.take(this.#numberOf(ip));
    for (const port of nodePortsOf(spec)) this.#ports.take(port);
  }

  /** The one that the API server's own Service has. */
  get firstIp(): string {
    return this.#textOf(1);
  }

  allocate(service: Readonly<KubeObject>, old: Readonly<KubeObject> | undefined, dryRun: boolean): Promise<JsonObject> {
    const taken = new Allocation(this.#ips, this.#ports);
    try {
      const spec = structuredClone(specOf(service));
      const before = old ? specOf(old) : {};
      const name = service.metadata.name ?? '';
      if (spec['type'] !== 'ExternalName' && !isHeadless(spec)) this.#allocateIps(spec, before, name, taken);
      allocatePorts(spec, before, name, taken);
      if (dryRun) taken.undo();
      return Promise.resolve(spec);
    } catch (error) {
      taken.undo();
      return Promise.reject(error);
    }
  }

  release(before: Readonly<KubeObject>, after: Readonly<KubeObject> | undefined): Promise<void> {
    const kept = after ? specOf(after) : {};
    const ips = clusterIpsOf(kept);
    const ports = nodePortsOf(kept);
    for (const ip of clusterIpsOf(specOf(before))) if (!ips.includes(ip)) this.#ips.free(this.#numberOf(ip));
    for (const port of nodePortsOf(specOf(before))) if (!ports.includes(port)) this.#ports.free(port);
    return Promise.resolve();
  }

  #allocateIps(spec: JsonObject, before: JsonObject, name: string, taken: Allocation): void {
    const [asked] = clusterIpsOf(spec);
    if (asked !== undefined) {
      if (clusterIpsOf(before).includes(asked)) return;
      const problem = this.#takeIp(asked, taken);
      if (problem === undefined) return;
      const text = `failed to allocate IP ${asked}: ${problem}`;
      throw newInvalid(kind, name, [field.invalid('spec.clusterIPs', clusterIpsOf(spec), text)]);
    }
    const number = taken.nextIp();
    if (number === undefined) throw newInternalError(`${ipFull} ${JSON.stringify(name)}: range is full`);
    const ip = this.#textOf(number);
    spec['clusterIP'] = ip;
    spec['clusterIPs'] = [ip];
  }

  #takeIp(ip: string, taken: Allocation): string | undefined {
    const number = this.#numberOf(ip);
    if (!this.#ips.has(number)) return 'the provided network does not match the current range';
    return taken.ip(number) ? undefined : 'provided IP is already allocated';
  }

  /** NaN for what is no IPv4 address. */
  #numberOf(ip: string): number {
    return ipv4Number(ip) - this.#first;
  }

  #textOf(number: number): string {
    const value = this.#first + number;
    return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
  }
}

/** Mirrors initNodePorts and updateNodePorts. May mutate `spec`. */
function allocatePorts(spec: JsonObject, before: JsonObject, name: string, taken: Allocation): void {
  const had = new Set(nodePortsOf(before));
  const byPort = new Map<unknown, number>();
  for (const [index, port] of portsOf(spec).entries()) {
    const asked = typeof port['nodePort'] === 'number' ? port['nodePort'] : 0;
    const sibling = byPort.get(port['port']);
    if (asked === 0) {
      if (!allocatesNodePorts(spec)) continue;
      // One port number over several protocols has one node port.
      const given = sibling ?? taken.nextPort();
      if (given === undefined) throw newInternalError('failed to allocate a nodePort: range is full');
      port['nodePort'] = given;
      byPort.set(port['port'], given);
    } else if (asked !== sibling) {
      if (!had.has(asked)) takePort(asked, field.path('spec', 'ports').index(index).child('nodePort'), name, taken);
      byPort.set(port['port'], asked);
    }
  }
  if (!needsHealthPort(spec)) return;
  const asked = typeof spec['healthCheckNodePort'] === 'number' ? spec['healthCheckNodePort'] : 0;
  if (asked === 0) spec['healthCheckNodePort'] = taken.nextPort() ?? 0;
  else if (!had.has(asked)) takePort(asked, field.path('spec', 'healthCheckNodePort'), name, taken);
}

function takePort(port: number, path: field.Path, name: string, taken: Allocation): void {
  if (port < nodePortMin || port > nodePortMax) {
    const text = `provided port is not in the valid range. The range of valid ports is ${nodePortMin}-${nodePortMax}`;
    throw newInvalid(kind, name, [field.invalid(path, port, text)]);
  }
  if (taken.port(port)) return;
  throw newInvalid(kind, name, [field.invalid(path, port, 'provided port is already allocated')]);
}

/** What one call has taken, to be undone when it fails. */
class Allocation {
  readonly #ips: NumberRange;
  readonly #ports: NumberRange;
  readonly #takenIps: number[] = [];
  readonly #takenPorts: number[] = [];

  constructor(ips: NumberRange, ports: NumberRange) {
    this.#ips = ips;
    this.#ports = ports;
  }

  ip(number: number): boolean {
    return this.#ips.take(number) && this.#takenIps.push(number) > 0;
  }

  port(number: number): boolean {
    return this.#ports.take(number) && this.#takenPorts.push(number) > 0;
  }

  nextIp(): number | undefined {
    const number = this.#ips.takeNext();
    if (number !== undefined) this.#takenIps.push(number);
    return number;
  }

  nextPort(): number | undefined {
    const number = this.#ports.takeNext();
    if (number !== undefined) this.#takenPorts.push(number);
    return number;
  }

  undo(): void {
    for (const number of this.#takenIps.splice(0)) this.#ips.free(number);
    for (const number of this.#takenPorts.splice(0)) this.#ports.free(number);
  }
}

function parseCidr(cidr: string): { first: number; size: number } {
  const [ip = '', bits = ''] = cidr.split('/');
  const length = Number(bits);
  const number = ipv4Number(ip);
  if (Number.isNaN(number) || !Number.isInteger(length) || length < 12 || length > 28) {
    throw new Error(`${cidr} is not an IPv4 range of services (between /12 and /28)`);
  }
  const size = 2 ** (32 - length);
  return { first: Math.floor(number / size) * size, size };
}

function ipv4Number(ip: string): number {
  const parts = ip.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return NaN;
  return parts.reduce((number, part) => number * 256 + Number(part), 0);
}
