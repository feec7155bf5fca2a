/** Every controller that upstream's kube-controller-manager knows is built here, or said to be elsewhere. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { controllerAliases } from '../../src/controllers/aliases.ts';
import { builtinControllerNames } from '../../src/controllers/controllers.ts';
import { elsewhere } from '../../src/controllers/elsewhere.ts';
import { inputsForTests } from './inputs.ts';

const { folders, skip } = await inputsForTests();
const manager = join(folders.get('k8s.io/kubernetes') ?? '', 'cmd/kube-controller-manager');

/** Of the cloud's own, which the manager knows by name only: k8s.io/cloud-provider/names. */
const cloudNames = {
  ServiceLBController: 'service-lb-controller',
  NodeRouteController: 'node-route-controller',
  CloudNodeLifecycleController: 'cloud-node-lifecycle-controller',
};

test('each of upstream’s controllers is built or listed with a reason, and no other name is', { skip }, () => {
  const upstream = Object.values(upstreamNames());
  assert.ok(upstream.length > 50);
  const known = [...builtinControllerNames, ...Object.keys(elsewhere)];
  assert.deepEqual(known.toSorted(), upstream.toSorted());
});

test('nothing is both built and listed', () => {
  assert.deepEqual(
    builtinControllerNames.filter((name) => Object.hasOwn(elsewhere, name)),
    [],
  );
});

test('the older names are upstream’s', { skip }, () => {
  const names = upstreamNames();
  const aliases: Record<string, string> = {};
  for (const source of descriptorSources()) {
    const stated = /\bname:\s+(?:cp)?names\.(\w+),(?:\s+constructor:.*,)?\s+aliases:\s+\[\]string\{([^}]*)\}/g;
    for (const [, constant = '', list = ''] of source.matchAll(stated))
      for (const [, alias = ''] of list.matchAll(/"([^"]+)"/g)) aliases[alias] = names[constant] ?? '';
  }
  assert.deepEqual(controllerAliases, aliases);
});

test('what is listed as off is behind a gate or off by default upstream', { skip }, () => {
  const names = upstreamNames();
  const sources = descriptorSources();
  for (const [name, { place, reason }] of Object.entries(elsewhere)) {
    if (place !== 'off') continue;
    const constant = Object.keys(names).find((key) => names[key] === name) ?? '';
    const source = sources.find((text) => text.includes(`names.${constant},`)) ?? '';
    const from = source.slice(source.indexOf(`names.${constant},`));
    const gate = /^the gate (\w+)$/.exec(reason)?.[1];
    const wanted = gate === undefined ? /isDisabledByDefault:\s+true/ : new RegExp(`features\\.${gate}\\b`);
    assert.match(from.slice(0, 700), wanted, name);
    if (gate !== undefined) assert.equal(gateDefault(gate), 'false', gate);
  }
});

/** Names by the constants of the source. */
function upstreamNames(): Record<string, string> {
  const source = readFileSync(join(manager, 'names/controller_names.go'), 'utf8');
  const stated = [...source.matchAll(/^\t(\w+)\s+= "([\w-]+)"$/gm)].map(([, constant = '', name = '']) => [
    constant,
    name,
  ]);
  return { ...Object.fromEntries(stated), ...cloudNames };
}

function descriptorSources(): string[] {
  const folder = join(manager, 'app');
  const files = readdirSync(folder).filter((file) => file.endsWith('.go') && !file.endsWith('_test.go'));
  return files.map((file) => readFileSync(join(folder, file), 'utf8'));
}

/** In the pinned version: the last line of the gate's history. */
function gateDefault(gate: string): string | undefined {
  const file = join(folders.get('k8s.io/kubernetes') ?? '', 'pkg/features/kube_features.go');
  const history = new RegExp(`^\\t(?:genericfeatures\\.)?${gate}: \\{\\n((?:\\t\\t.*\\n)+)`, 'm').exec(
    readFileSync(file, 'utf8'),
  )?.[1];
  return [...(history ?? '').matchAll(/Default: (\w+)/g)].at(-1)?.[1];
}
