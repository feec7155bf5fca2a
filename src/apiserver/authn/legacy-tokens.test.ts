import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { signingKey, signToken, readToken } from './json-web-token.ts';
import { createLegacyTokens, lastUsedLabel } from './legacy-tokens.ts';
import type { BoundObject } from './service-account-tokens.ts';

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const account = { name: 'builder', uid: 'u1' };
const now = Date.parse('2026-11-21T12:00:00Z');

function world() {
  const objects = new Map<string, BoundObject>([['serviceaccounts/a/builder', { uid: 'u1' }]]);
  const used: string[] = [];
  const tokens = createLegacyTokens({
    clock: { now: () => now, monotonic: () => 0, after: () => ({ cancel: () => undefined }) },
    keys: [key],
    audiences: ['api'],
    objects: { find: (resource, namespace, name) => Promise.resolve(objects.get(`${resource}/${namespace}/${name}`)) },
    used: (secret, day) => Promise.resolve(void used.push(`${secret.metadata.name} ${day}`)),
  });
  const hold = (token: string, labels: Record<string, string> = {}, deletionTime?: number): void => {
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'a', labels },
      data: { token: Buffer.from(token).toString('base64') },
    };
    objects.set('secrets/a/s', { uid: 's1', object, ...(deletionTime === undefined ? {} : { deletionTime }) });
  };
  const token = tokens.issue('a', account, 's');
  hold(token);
  const answer = async (shown = token, audiences?: string[]): Promise<string> => {
    const result = await tokens.authenticateToken(shown, audiences);
    return result.outcome === 'failed' ? result.error : result.outcome;
  };
  return { objects, used, tokens, token, hold, answer };
}

test('the token in a secret is good, and has no end', async () => {
  const { tokens, token } = world();
  const result = await tokens.authenticateToken(token);
  assert.ok(result.outcome === 'authenticated');
  assert.deepEqual(result.user, {
    name: 'system:serviceaccount:a:builder',
    uid: 'u1',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:a'],
    extra: {},
  });
  assert.equal(readToken(token)?.claims['exp'], undefined);
});

test('its use is noted once a day', async () => {
  const { used, answer, hold, token } = world();
  await answer();
  assert.deepEqual(used, ['s 2026-11-21']);
  for (const day of ['2026-11-21', '2026-11-22']) {
    hold(token, { [lastUsedLabel]: day });
    await answer();
  }
  assert.equal(used.length, 1);
});

test('it is for the API server alone', async () => {
  const { answer } = world();
  assert.notEqual(await answer(undefined, ['vault']), 'authenticated');
});

const gone: Readonly<Record<string, [change: (made: ReturnType<typeof world>) => void, error: string]>> = {
  'the secret is gone': [({ objects }) => objects.delete('secrets/a/s'), 'Token has been invalidated'],
  'the secret is being deleted': [({ hold, token }) => hold(token, {}, now), 'Token has been invalidated'],
  'the secret holds another token': [({ hold, token }) => hold(`${token}x`), "Token does not match server's copy"],
  'the secret holds none': [({ hold }) => hold(''), "Token does not match server's copy"],
  'the account is gone': [
    ({ objects }) => objects.delete('serviceaccounts/a/builder'),
    'serviceaccounts "builder" not found',
  ],
  'the account was made anew': [
    ({ objects }) => objects.set('serviceaccounts/a/builder', { uid: 'u2' }),
    'ServiceAccount UID (u2) does not match claim (u1)',
  ],
  'the account is being deleted': [
    ({ objects }) => objects.set('serviceaccounts/a/builder', { uid: 'u1', deletionTime: now }),
    'ServiceAccount a/builder has been deleted',
  ],
};

for (const [name, [change, error]] of Object.entries(gone)) {
  test(`refused: ${name}`, async () => {
    const made = world();
    change(made);
    assert.equal(await made.answer(), error);
  });
}

test('refused: marked invalid', async () => {
  const { answer, hold, token } = world();
  hold(token, { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' });
  assert.match(await answer(), /^the token in secret a\/s for service account a\/builder has been marked invalid/);
});

test('refused: claims that do not fit together', async () => {
  const { answer, token } = world();
  const claims = readToken(token)?.claims ?? {};
  const signed = (changes: Record<string, string>): string => signToken(signingKey(key), { ...claims, ...changes });
  assert.equal(await answer(signed({ sub: 'system:serviceaccount:a:other' })), 'sub claim is invalid');
  assert.equal(await answer(signed({ sub: 'system:admin' })), 'sub claim is invalid');
  assert.equal(await answer(signed({ sub: '' })), 'sub claim is missing');
  assert.equal(await answer(signed({ iss: 'other' })), 'none');
});
