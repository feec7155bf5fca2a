/** What a tenant sees of its host, from its configuration. */
import { arch } from 'node:os';
import { parseLabelSelector } from '../api/label-selector-parser.ts';
import { canonicalQuantity } from '../api/quantity.ts';
import { builtinVersion } from '../schema/builtin/catalog.ts';
import type { Mirrors } from '../syncer/mirror-loops.ts';
import { parseMapping } from '../translate/mirrors/mapping.ts';
import { customMirror } from '../syncer/mirrors/custom-mirror.ts';
import { resourceOf } from './custom-sync-role.ts';
import { mirrorName, type FromHost, type MirroredKind, type MirrorSettings } from '../syncer/mirrored-kind.ts';
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
    kinds: kindsSeen(fromHost),
    fromHost,
    figures: {
      capacity: capacityOf({ ...defaultCapacity, ...pseudoNodes.capacity }),
      kubeletVersion: pseudoNodes.kubeletVersion ?? version,
      architecture: pseudoNodes.architecture ?? (arch() === 'x64' ? 'amd64' : arch()),
    },
  };
}

/** All that can be seen, also the custom resources that are named. */
export function kindsSeen(fromHost: FromHost): readonly MirroredKind[] {
  const custom = Object.entries(fromHost).flatMap(([name, { mappings }]) => {
    if (!name.includes('.')) return [];
    const { group, plural } = resourceOf(name);
    return [customMirror(group, plural, mappings)];
  });
  return [...mirroredKinds, ...custom];
}

/**
 * What was typed: `nodes`, `nodes:pool=a`, `configmaps@their/*=our/*:pool=a`; and of what is seen, what is hidden: `nodes.taints`.
 * @throws Error in words for who typed it
 */
export function parseFromHost(kinds: readonly string[], hidden: readonly string[]): FromHost {
  const settings = new Map<string, MirrorSettings>();
  for (const typed of kinds) {
    const [what = '', ...rest] = typed.split(':');
    const [plural = '', mapped] = what.split('@');
    const selector = rest.length === 0 ? {} : { selector: rest.join(':') };
    const { mappings = [] } = settings.get(plural) ?? {};
    const [from = '', to = ''] = mapped?.split('=') ?? [];
    settings.set(plural, mapped === undefined ? selector : { mappings: [...mappings, { from, to, ...selector }] });
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
  const kinds = kindsSeen(fromHost);
  for (const [plural, settings] of Object.entries(fromHost)) {
    const { selector = '', hide = [] } = settings;
    const kind = kinds.find((one) => mirrorName(one) === plural);
    const known = mirroredKinds.map(({ gvr }) => gvr.resource).join(', ');
    if (!kind) throw new Error(`"${plural}" is not in the list of kinds that can be seen from the host: ${known}`);
    parseLabelSelector(selector);
    checkMappings(kind, settings);
    const unknown = hide.find((what) => !kind.hideable?.includes(what));
    if (unknown === undefined) continue;
    throw new Error(
      `of ${plural}, "${unknown}" can't be hidden; what can be: ${kind.hideable?.join(', ') ?? 'nothing'}`,
    );
  }
}

function checkMappings(kind: MirroredKind, { selector, mappings }: MirrorSettings): void {
  const plural = mirrorName(kind);
  if (kind.scope !== 'Namespaced') {
    if (mappings !== undefined) throw new Error(`${plural} have no namespaces, and are seen without`);
    return;
  }
  if (mappings === undefined || mappings.length === 0 || selector !== undefined)
    throw new Error(`of ${plural} it is said which are seen where: ${plural}@their-namespace/*=our-namespace/*`);
  const taken = new Set<string>();
  for (const mapping of mappings) {
    const { from } = parseMapping(mapping);
    parseLabelSelector(mapping.selector ?? '');
    if (kind.mustBeChosen && from.name === undefined && !mapping.selector)
      throw new Error(`${plural} are seen only by their names, or with a selector: not ${mapping.from}`);
    if (taken.has(mapping.to)) throw new Error(`two of ${plural} can't be seen as ${mapping.to}`);
    taken.add(mapping.to);
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
