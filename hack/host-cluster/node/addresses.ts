/**
 * Which addresses a node cluster has. Each takes a slot of its own, and with it a link to the machine and three ranges, so that several can run side by
 * side. The link is what claims the slot: two links of one name cannot be made.
 */
import { execFileSync, spawnSync } from 'node:child_process';

export interface NodeAddresses {
  /** The machine's end of the link, by name; a cgroup of the same name holds the pods. */
  readonly link: string;
  /** The machine's end of the link: where pods reach what listens on the machine. */
  readonly host: string;
  /** The node's end of it: API server, node ports and host ports. */
  readonly node: string;
  readonly linkRange: string;
  readonly pods: string;
  readonly services: string;
  /** The service `kubernetes`. */
  readonly kubernetes: string;
  readonly dns: string;
}

/** How many clusters one machine can hold: as many as there are service ranges in 10.203.0.0/16. */
export const slotCount = 16;

const servicesPerSlot = 16;

export function addressesOf(slot: number): NodeAddresses {
  const services = `10.203.${slot * servicesPerSlot}`;
  return {
    link: `sublet-n${slot}`,
    host: `10.201.${slot}.1`,
    node: `10.201.${slot}.2`,
    linkRange: `10.201.${slot}.0/24`,
    pods: `10.202.${slot}.0/24`,
    services: `${services}.0/20`,
    kubernetes: `${services}.1`,
    dns: `${services}.10`,
  };
}

/**
 * Takes the first free slot by making its link; {@link releaseSlot} gives it back.
 * @throws Error when the machine routes all of the ranges elsewhere already, or makes no links.
 */
export function claimSlot(): NodeAddresses {
  let refusal = '';
  for (let slot = 0; slot < slotCount; slot++) {
    const addresses = addressesOf(slot);
    if ([addresses.linkRange, addresses.pods, addresses.services].some(isRouted)) continue;
    const { link } = addresses;
    const made = spawnSync('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', peerOf(link)], {
      encoding: 'utf8',
    });
    if (made.status === 0) return addresses;
    refusal = made.stderr.trim();
    if (!/exists/.test(refusal)) break;
  }
  throw new Error(
    refusal === ''
      ? `the machine's routes leave none of the ${slotCount} slots for node clusters free (ip route show)`
      : `no link can be made: ${refusal}`,
  );
}

/** Moves the link's other end into the network namespace of a process, as its `eth0`, and lets the machine route to the cluster through it. */
export function connectLink({ link, host, node, pods, services }: NodeAddresses, pid: number): void {
  ip('link', 'set', peerOf(link), 'netns', String(pid), 'name', 'eth0');
  ip('addr', 'add', `${host}/24`, 'dev', link);
  ip('link', 'set', link, 'up');
  for (const range of [pods, services]) ip('route', 'add', range, 'via', node, 'dev', link);
}

/** Removes the link, and with it its addresses and routes. Nothing to do is no error. */
export function releaseSlot({ link }: NodeAddresses): void {
  spawnSync('ip', ['link', 'del', link]);
}

function peerOf(link: string): string {
  return `${link}-in`;
}

/** Whether a part of the range, or more than it, has a route that isn't the default one. */
function isRouted(range: string): boolean {
  const inside = ip('-4', 'route', 'show', 'root', range);
  const around = ip('-4', 'route', 'show', 'match', range);
  return `${inside}${around}`.split('\n').some((line) => line !== '' && !line.startsWith('default '));
}

function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
