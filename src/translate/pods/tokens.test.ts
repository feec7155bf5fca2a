import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../api/json.ts';
import { nameOn } from '../../api/side.ts';
import type { PodSpec, ProjectedSource } from './pod-view.ts';
import { readTokensFromSecret, renewalTime, wantedTokens } from './tokens.ts';
import { tokensMax, uncarriedOf } from './uncarried.ts';

const secretName = nameOn('host', 'secret');
const token = (path: string, more: JsonObject = {}): ProjectedSource => ({ serviceAccountToken: { path, ...more } });

function podOf(change: Partial<PodSpec> = {}, sources: ProjectedSource[] = [token('token')]): PodSpec {
  return { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', projected: { sources } }], ...change };
}

/** The first token's file. */
function itemOf(spec: PodSpec): unknown {
  readTokensFromSecret(spec, secretName);
  const [source] = spec.volumes?.[0]?.projected?.sources ?? [];
  return source?.secret?.['items'];
}

const user = (runAsUser: number) => ({ name: `c${runAsUser}`, image: 'i', securityContext: { runAsUser } });

const modes: readonly (readonly [title: string, spec: Partial<PodSpec>, mode: number | undefined])[] = [
  ['nobody in particular: as the volume says', {}, undefined],
  ['a group for files: the owner, and then the group', { securityContext: { fsGroup: 5 } }, 0o600],
  ['a group that is root’s', { securityContext: { fsGroup: 0 } }, 0o600],
  ['a group beside a user', { securityContext: { fsGroup: 5, runAsUser: 7 } }, 0o600],
  ['all are root', { securityContext: { runAsUser: 0 } }, 0o600],
  ['all are one user, who could not be made the owner', { securityContext: { runAsUser: 7 } }, 0o644],
  ['so do containers say', { containers: [user(7)] }, 0o644],
  ['containers of two users', { containers: [user(7), user(8)] }, undefined],
  ['a container that says nothing', { containers: [user(7), { name: 'd', image: 'i' }] }, undefined],
  ['an init container of another user', { containers: [user(7)], initContainers: [user(8)] }, undefined],
];

for (const [title, spec, mode] of modes) {
  test(`modes of tokens: ${title}`, () => {
    assert.deepEqual(itemOf(podOf(spec)), [{ key: 'v.0', path: 'token', ...(mode === undefined ? {} : { mode }) }]);
  });
}

test('tokens of several audiences and paths, in several volumes, each have a key of their own', () => {
  const spec = podOf({}, [token('a', { audience: 'vault' }), { configMap: { name: 'c' } }, token('b/c')]);
  spec.volumes?.push({ name: 'w', projected: { sources: [token('a', { expirationSeconds: 600, audience: '' })] } });
  assert.deepEqual(wantedTokens(spec), [
    { key: 'v.0', audience: 'vault', expirationSeconds: 3600 },
    { key: 'v.2', audience: undefined, expirationSeconds: 3600 },
    { key: 'w.0', audience: undefined, expirationSeconds: 600 },
  ]);
  readTokensFromSecret(spec, secretName);
  assert.deepEqual(wantedTokens(spec), []);
  assert.deepEqual(
    spec.volumes?.map(({ projected }) => projected?.sources?.map(({ secret }) => secret?.['items'])),
    [[[{ key: 'v.0', path: 'a' }], undefined, [{ key: 'v.2', path: 'b/c' }]], [[{ key: 'w.0', path: 'a' }]]],
  );
});

const hour = 3_600_000;

test('tokens are renewed at 80 % of their life at the latest, and after a day', () => {
  assert.equal(renewalTime(1000, 1000 + hour, 0), 1000 + 0.8 * hour);
  assert.equal(renewalTime(1000, 1000 + 365 * 24 * hour, 0), 1000 + 24 * hour);
  fc.assert(
    fc.property(
      fc.integer({ min: 600_000, max: 2 ** 45 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (life, random) => {
        const age = renewalTime(0, life, random);
        assert.ok(age <= Math.min(0.8 * life, 24 * hour) && age >= 0.69 * Math.min(life, 24 * hour));
      },
    ),
  );
});

const many = Array.from({ length: tokensMax + 1 }, (_, index) => token(`t${index}`));
const projected = (source: ProjectedSource) => podOf({}, [source]);

const refused: readonly (readonly [title: string, spec: PodSpec, words: RegExp | undefined])[] = [
  ['a pod that asks for nothing special', podOf(), undefined],
  ['resource claims', podOf({ resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] }), /resource claims/],
  ['an empty list of them', podOf({ resourceClaims: [] }), undefined],
  ['a group', podOf({ schedulingGroup: { podGroupName: 'g' } }), /group/],
  ['a certificate', projected({ podCertificate: { signerName: 's' } }), /volume v asks for a certificate/],
  ['a trust bundle', projected({ clusterTrustBundle: { name: 'b', path: 'p' } }), /volume v asks for a trust bundle/],
  ['one that needn’t be there', projected({ clusterTrustBundle: { name: 'b', path: 'p', optional: true } }), undefined],
  ['more tokens than a Secret holds', podOf({}, many), /asks for 201 tokens, and may for 200/],
];

for (const [title, spec, words] of refused) {
  test(`what the host can’t give: ${title}`, () => {
    const said = uncarriedOf(spec);
    if (words) assert.match(said ?? '', words);
    else assert.equal(said, undefined);
  });
}
