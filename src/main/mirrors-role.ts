/** What a tenant sees of its host, from its configuration. */
import { arch } from 'node:os';
import { parseLabelSelector } from '../api/label-selector-parser.ts';
import { canonicalQuantity } from '../api/quantity.ts';
import { builtinVersion } from '../schema/builtin/catalog.ts';
import type { Mirrors } from '../syncer/mirror-loops.ts';
import type { FromHost, MirrorSettings } from '../syncer/mirrored-kind.ts';
import { mirroredKinds } from '../syncer/mirrors/mirrored-kinds.ts';
import type { TenantConfig } from './role-config.ts';

/** What a pseudo node claims to have, unless the operator says otherwise. */
const defaultCapacity = { cpu: '16', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' };

/** @throws Error in words for the configuration's owner */
export function mirrorsOf({
  fromHost = {},
  pseudoNodes = {},
}: Pick<TenantConfig, 'fromHost' | 'pseudoNodes'>): Mirrors {
  checkFromHost(fromHost);
  const version = builtinVersion().replace(/^v?/, 'v');
  return {
    kinds: mirroredKinds,
    fromHost,
    figures: {
      capacity: capacityOf({ ...defaultCapacity, ...pseudoNodes.capacity }),
      kubeletVersion: pseudoNodes.kubeletVersion ?? version,
      architecture: pseudoNodes.architecture ?? (arch() === 'x64' ? 'amd64' : arch()),
    },
  };
}

/**
 * What was typed: `nodes`, `nodes:pool=a`; and of what is seen, what is hidden: `nodes.taints`.
 * @throws Error in words for who typed it
 */
export function parseFromHost(kinds: readonly string[], hidden: readonly string[]): FromHost {
  const settings = new Map<string, MirrorSettings>();
  for (const typed of kinds) {
    const [plural = '', ...rest] = typed.split(':');
    settings.set(plural, rest.length === 0 ? {} : { selector: rest.join(':') });
  }
  for (const typed of hidden) {
    const [plural = '', what = ''] = typed.split('.');
    const known = settings.get(plural);
    if (!known) throw new Error(`"${typed}" can't be hidden: ${plural} aren't seen from the host`);
    settings.set(plural, { ...known, hide: [...(known.hide ?? []), what] });
  }
  const fromHost = Object.fromEntries(settings);
  checkFromHost(fromHost);
  return fromHost;
}

function checkFromHost(fromHost: FromHost): void {
  for (const [plural, { selector = '', hide = [] }] of Object.entries(fromHost)) {
    const kind = mirroredKinds.find(({ gvr }) => gvr.resource === plural);
    const known = mirroredKinds.map(({ gvr }) => gvr.resource).join(', ');
    if (!kind) throw new Error(`"${plural}" is not in the list of kinds that can be seen from the host: ${known}`);
    parseLabelSelector(selector);
    const unknown = hide.find((what) => !kind.hideable?.includes(what));
    if (unknown === undefined) continue;
    throw new Error(
      `of ${plural}, "${unknown}" can't be hidden; what can be: ${kind.hideable?.join(', ') ?? 'nothing'}`,
    );
  }
}

/** As API servers write them: what is compared must not differ in its writing. */
function capacityOf(capacity: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(capacity).map(([name, amount]) => {
      const canonical = canonicalQuantity(amount);
      if ('error' in canonical) throw new Error(`a pseudo node can't have ${name} ${amount}: ${canonical.error}`);
      return [name, canonical.text];
    }),
  );
}
