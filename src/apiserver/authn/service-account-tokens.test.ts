import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { Authentication } from './authenticator.ts';
import { readToken, signingKey, signToken } from './json-web-token.ts';
import type { TokenSubject } from './token-subject.ts';
import { createServiceAccountTokens, type BoundObject, type ServiceAccountTokens } from './service-account-tokens.ts';

const issuer = 'https://kubernetes.default.svc.cluster.local';
const start = Date.parse('2026-01-01T00:00:00Z');
const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const subject: TokenSubject = { namespace: 'a', serviceAccount: { name: 'builder', uid: 'u1' } };
const podSubject: TokenSubject = { ...subject, pod: { name: 'p', uid: 'p1' }, node: { name: 'n', uid: 'n1' } };

interface World {
  now: number;
  tokens: ServiceAccountTokens;
  objects: Map<string, BoundObject>;
}

function world(keys = [pem(ecdsa.privateKey)], options: { issuer?: string; formerIssuers?: string[] } = {}): World {
  const objects = new Map<string, BoundObject>([
    ['serviceaccounts/a/builder', { uid: 'u1' }],
    ['pods/a/p', { uid: 'p1' }],
    ['secrets/a/s', { uid: 's1' }],
    ['nodes//n', { uid: 'n1' }],
  ]);
  const made: World = {
    now: start,
    objects,
    tokens: createServiceAccountTokens({
      clock: { now: () => made.now, monotonic: () => 0, after: () => ({ cancel: () => undefined }) },
      random: { next: () => 0, uuid: () => '00000000-0000-4000-8000-000000000000' },
      keys,
      issuer: options.issuer ?? issuer,
      formerIssuers: options.formerIssuers ?? [],
      objects: {
        find: (resource, namespace, name) => Promise.resolve(objects.get(`${resource}/${namespace}/${name}`)),
      },
    }),
  };
  return made;
}

function error(result: Authentication): string {
  assert.equal(result.outcome, 'failed');
  return result.outcome === 'failed' ? result.error : '';
}

test('a token carries the claims of a bound token', () => {
  const { tokens } = world();
  const { token, expires } = tokens.issue(podSubject, ['vault'], 600);
  assert.equal(expires, start + 600_000);
  const read = readToken(token);
  assert.deepEqual(read?.header['alg'], 'ES256');
  assert.deepEqual(read?.claims, {
    aud: ['vault'],
    exp: start / 1000 + 600,
    iat: start / 1000,
    iss: issuer,
    jti: '00000000-0000-4000-8000-000000000000',
    'kubernetes.io': {
      namespace: 'a',
      node: { name: 'n', uid: 'n1' },
      pod: { name: 'p', uid: 'p1' },
      serviceaccount: { name: 'builder', uid: 'u1' },
    },
    nbf: start / 1000,
    sub: 'system:serviceaccount:a:builder',
  });
});

test('who shows it is the service account, whichever key signs', async () => {
  for (const key of [ecdsa, rsa]) {
    const { tokens } = world([pem(key.privateKey)]);
    const result = await tokens.authenticateToken(tokens.issue(podSubject, [], 600).token);
    assert.deepEqual(result, {
      outcome: 'authenticated',
      audiences: [issuer],
      user: {
        name: 'system:serviceaccount:a:builder',
        uid: 'u1',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:a'],
        extra: {
          'authentication.kubernetes.io/pod-name': ['p'],
          'authentication.kubernetes.io/pod-uid': ['p1'],
          'authentication.kubernetes.io/credential-id': ['JTI=00000000-0000-4000-8000-000000000000'],
          'authentication.kubernetes.io/node-name': ['n'],
          'authentication.kubernetes.io/node-uid': ['n1'],
        },
      },
    });
  }
});

test('audiences: the token is for those that it names', async () => {
  const { tokens } = world();
  const { token } = tokens.issue(subject, ['vault', 'api'], 600);
  assert.equal(
    error(await tokens.authenticateToken(token)),
    `token audiences ["vault" "api"] is invalid for the target audiences ["${issuer}"]`,
  );
  const result = await tokens.authenticateToken(token, ['api', 'other']);
  assert.deepEqual(result.outcome === 'authenticated' && result.audiences, ['api']);
});

test('time: a minute of grace, and no more', async () => {
  const made = world();
  const { token } = made.tokens.issue(subject, [], 600);
  made.now = start + 659_000;
  assert.equal((await made.tokens.authenticateToken(token)).outcome, 'authenticated');
  made.now = start + 661_000;
  assert.equal(error(await made.tokens.authenticateToken(token)), 'service account token has expired');
  made.now = start - 61_000;
  assert.equal(error(await made.tokens.authenticateToken(token)), 'service account token is not valid yet');
});

const gone: Record<string, [change: (objects: World['objects']) => void, subject: TokenSubject, message: string]> = {
  'the account is gone': [(o) => o.delete('serviceaccounts/a/builder'), subject, 'serviceaccounts "builder" not found'],
  'the account is another': [
    (o) => o.set('serviceaccounts/a/builder', { uid: 'u2' }),
    subject,
    'service account UID (u2) does not match claim (u1)',
  ],
  'the account was deleted': [
    (o) => o.set('serviceaccounts/a/builder', { uid: 'u1', deletionTime: start - 61_000 }),
    subject,
    'service account a/builder has been deleted',
  ],
  'the pod is gone': [(o) => o.delete('pods/a/p'), podSubject, 'service account token has been invalidated'],
  'the pod is another': [
    (o) => o.set('pods/a/p', { uid: 'p2' }),
    podSubject,
    'pod UID (p2) does not match service account pod ref claim (p1)',
  ],
  'the secret is gone': [
    (o) => o.delete('secrets/a/s'),
    { ...subject, secret: { name: 's', uid: 's1' } },
    'service account token has been invalidated',
  ],
  'the node is another': [
    (o) => o.set('nodes//n', { uid: 'n2' }),
    { ...subject, node: { name: 'n', uid: 'n1' } },
    'node UID (n2) does not match service account node ref claim (n1)',
  ],
};

for (const [name, [change, who, message]] of Object.entries(gone)) {
  test(`a token that was good is no longer when ${name}`, async () => {
    const made = world();
    const { token } = made.tokens.issue(who, [], 600);
    assert.equal((await made.tokens.authenticateToken(token)).outcome, 'authenticated');
    change(made.objects);
    assert.equal(error(await made.tokens.authenticateToken(token)), message);
  });
}

test('the node of a bound pod may be gone; a pod being deleted has a minute', async () => {
  const made = world();
  const { token } = made.tokens.issue(podSubject, [], 600);
  made.objects.delete('nodes//n');
  made.objects.set('pods/a/p', { uid: 'p1', deletionTime: start - 59_000 });
  assert.equal((await made.tokens.authenticateToken(token)).outcome, 'authenticated');
});

test('what others signed, or nobody, is refused', async () => {
  const { tokens } = world();
  const { token } = tokens.issue(subject, [], 600);
  const [header = '', claims = '', signature = ''] = token.split('.');
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const forged = signToken(signingKey(pem(stranger.privateKey)), readToken(token)?.claims ?? {});
  const mac = encode({ alg: 'HS256', kid: signingKey(pem(ecdsa.publicKey)).keyId });
  const changed = encode({ ...readToken(token)?.claims, sub: 'system:serviceaccount:kube-system:admin' });
  const broken = 'go-jose/go-jose: error in cryptographic primitive';
  const unsupported = 'go-jose/go-jose: unknown/unsupported algorithm';
  for (const [wrong, text] of [
    [forged, 'invalid signature, no keys found'],
    [`${header}.${changed}.${signature}`, broken],
    [`${encode({ alg: 'none' })}.${claims}.`, unsupported],
    [`${mac}.${claims}.${signature}`, unsupported],
    [`${header}.${claims}.`, broken],
    [`${header}.${claims}.AAAA`, broken],
  ] as const) {
    assert.equal(error(await tokens.authenticateToken(wrong)), text);
  }
});

test('a token has one spelling', async () => {
  const { tokens } = world();
  const { token } = tokens.issue(subject, [], 600);
  for (const other of [`${token}=`, `${token}!`, ` ${token}`, `${token}\n`, token.replace('.', '..'), `${token}A`]) {
    assert.notEqual((await tokens.authenticateToken(other)).outcome, 'authenticated', other);
  }
});

test('headers that carry more than a name of a key are not ours', async () => {
  const { tokens } = world();
  const key = signingKey(pem(ecdsa.privateKey));
  const claims = readToken(tokens.issue(subject, [], 600).token)?.claims ?? {};
  for (const header of [{ crit: ['exp'] }, { jwk: { ...ecdsa.publicKey.export({ format: 'jwk' }) } as JsonObject }]) {
    assert.equal((await tokens.authenticateToken(signToken(key, claims, header))).outcome, 'none');
  }
});

test('an issuer keeps its former name for tokens that are there already', async () => {
  const before = world([pem(ecdsa.privateKey)], { issuer: 'https://before' });
  const { token } = before.tokens.issue(subject, ['https://now'], 600);
  const after = world([pem(ecdsa.privateKey)], { issuer: 'https://now', formerIssuers: ['https://before'] });
  assert.equal((await after.tokens.authenticateToken(token)).outcome, 'authenticated');
  assert.equal(readToken(after.tokens.issue(subject, [], 600).token)?.claims['iss'], 'https://now');
});

test('tokens of other issuers, and what is no token, are not ours to judge', async () => {
  const { tokens } = world();
  const other = world([pem(ecdsa.privateKey)], { issuer: 'https://other' });
  for (const token of [other.tokens.issue(subject, [], 600).token, 'a.b.c', '', 'x', '{"payload":1}']) {
    assert.equal((await tokens.authenticateToken(token)).outcome, 'none');
  }
});

test('keys change over: the new one signs, the old one still verifies', async () => {
  const old = world([pem(ecdsa.privateKey)]);
  const both = world([pem(rsa.privateKey), pem(ecdsa.publicKey)]);
  assert.equal(
    (await both.tokens.authenticateToken(old.tokens.issue(subject, [], 600).token)).outcome,
    'authenticated',
  );
  assert.equal(readToken(both.tokens.issue(subject, [], 600).token)?.header['alg'], 'RS256');
  const keys = both.tokens.keySet()['keys'] as { alg: string; kid: string; d?: string }[];
  assert.deepEqual(
    keys.map(({ alg }) => alg),
    ['RS256', 'ES256'],
  );
  assert.ok(
    keys.every((key) => key.d === undefined),
    'no private part',
  );
});
