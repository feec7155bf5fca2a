import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { copyIngress } from '../../translate/ingresses.ts';
import { originOfCopy } from '../../translate/marks.ts';
import type { View } from '../synced-kind.ts';
import { viewOf } from '../view.test-double.ts';
import { ingresses } from './ingresses.ts';

const { place } = viewOf();
const backend = { service: { name: 'web', port: { number: 80 } } };

function ingress(spec: JsonObject = {}, more: JsonObject = {}, annotations: Record<string, string> = {}) {
  return markOn('tenant', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', annotations },
    spec: { defaultBackend: backend, ...spec },
    ...more,
  });
}

function copyOf(of: On<'tenant', KubeObject>, more: JsonObject = {}): On<'host', KubeObject> {
  const copy = copyIngress(place, of);
  return markOn('host', { ...copy, metadata: { ...copy.metadata, uid: 'h1' }, ...more });
}

function brief(
  tenant: On<'tenant', KubeObject> | undefined,
  host?: On<'host', KubeObject>,
  change?: Partial<View>,
): readonly string[] {
  const observed = { tenant, host, origin: host && originOfCopy(place, host) };
  const { actions, refusal } = ingresses.plan('shop/web', observed, viewOf(change));
  const done = actions.map((action) =>
    'object' in action ? `${action.type} ${JSON.stringify(action.object['status'] ?? {})}` : action.type,
  );
  return refusal === undefined ? done : [...done, refusal];
}

const given = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
const unseen = { seenFromHost: () => false };
const noClass = 'the host has no ingress class public for this tenant';
const legacy = ingress({}, {}, { 'kubernetes.io/ingress.class': 'public' });

const cases: readonly [title: string, done: readonly string[], ...args: Parameters<typeof brief>][] = [
  ['it goes to the host', ['create-host {}'], ingress()],
  ['in sync, nothing is done', [], ingress(), copyOf(ingress())],
  [
    'where it is to be reached comes back',
    [`update-tenant-status ${JSON.stringify(given.status)}`],
    ingress(),
    copyOf(ingress(), given),
  ],
  ['and is told once', [], ingress({}, given), copyOf(ingress(), given)],
  ['and is gone when it is gone', ['update-tenant-status {}'], ingress({}, given), copyOf(ingress())],
  ['a new class goes to the host', ['update-host {}'], ingress({ ingressClassName: 'public' }), copyOf(ingress())],
  [
    'a class that the tenant doesn’t see is not for it',
    [noClass],
    ingress({ ingressClassName: 'public' }),
    undefined,
    unseen,
  ],
  ['nor is it when it is named in the old way', [noClass], legacy, undefined, unseen],
  [
    'who takes to such a class is no longer on the host',
    ['delete-host', noClass],
    ingress({ ingressClassName: 'public' }),
    copyOf(ingress()),
    unseen,
  ],
  ['a default class may be there, though none is seen', ['create-host {}'], ingress(), undefined, unseen],
  ['what is gone goes', ['delete-host'], undefined, copyOf(ingress())],
];

for (const [title, done, ...args] of cases) test(title, () => assert.deepEqual(brief(...args), done));

test('what it names is known by its keys', () => {
  const named = ingresses.names?.(
    ingress(
      { tls: [{ secretName: 'certificate' }, {}] },
      {},
      {
        'nginx.ingress.kubernetes.io/auth-secret': 'users',
        'nginx.ingress.kubernetes.io/auth-tls-secret': 'shop/ca',
        'nginx.ingress.kubernetes.io/custom-headers': 'shop/headers',
        'example.com/auth-secret': 'mine',
      },
    ),
  );
  assert.deepEqual(
    named?.map(({ kind, key }) => `${kind} ${key}`),
    [
      'services shop/web',
      'secrets shop/certificate',
      'secrets shop/users',
      'secrets shop/ca',
      'configmaps shop/headers',
    ],
  );
});

const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
const refused: readonly [title: string, annotation: string, text: string][] = [
  ['a secret of another namespace', 'nginx.ingress.kubernetes.io/auth-secret', 'other/users'],
  ['what is no name', 'nginx.ingress.kubernetes.io/auth-secret', 'a/b/c'],
  ['nothing', 'nginx.ingress.kubernetes.io/auth-secret', ''],
  ['a piece of the controller’s configuration', 'nginx.ingress.kubernetes.io/configuration-snippet', 'deny all;'],
  ['an object that isn’t on the host', 'traefik.ingress.kubernetes.io/router.middlewares', 'shop-auth@kubernetescrd'],
  ['an action that nobody can read', 'alb.ingress.kubernetes.io/actions.a', '{"serviceName":'],
  ['one that is too deep', 'alb.ingress.kubernetes.io/actions.a', deep],
];

for (const [title, key, text] of refused) {
  test(`without it, something would stand open: ${title}`, () => {
    const [done, ...more] = brief(ingress({}, {}, { [key]: text }));
    assert.match(done ?? '', new RegExp(`^its annotation ${key} can't be carried there`));
    assert.deepEqual(more, []);
    assert.equal(copyIngress(place, ingress({}, {}, { [key]: text })).metadata.annotations?.[key], undefined);
  });
}
