import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staticTokens } from '../authn/bearer-tokens.ts';
import { webSocketBearerAuthenticator } from './websocket-bearer.ts';

const authenticator = webSocketBearerAuthenticator(staticTokens(new Map([['sécret', { name: 'bob', groups: [] }]])));
const bearer = (token: string | Buffer): string =>
  `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;

async function outcome(protocols: string | undefined, upgrade: string | undefined = 'websocket'): Promise<string> {
  const result = await authenticator.authenticate({
    method: 'GET',
    path: '/',
    query: '',
    headers: protocols === undefined ? {} : { 'sec-websocket-protocol': protocols },
    body: new Uint8Array(),
    upgrade,
    signal: new AbortController().signal,
  });
  if (result.outcome === 'authenticated') return result.user.name;
  return result.outcome === 'failed' ? result.error : 'nobody';
}

const cases: Record<string, [protocols: string | undefined, expected: string]> = {
  'a token beside a protocol': [`v4.channel.k8s.io, ${bearer('sécret')}`, 'bob'],
  'no protocols': [undefined, 'nobody'],
  'no token': ['v4.channel.k8s.io', 'nobody'],
  'a token alone': [bearer('sécret'), 'missing additional subprotocol'],
  'two tokens': [`a, ${bearer('sécret')}, ${bearer('x')}`, 'multiple base64.bearer.authorization tokens specified'],
  'another token': [`a, ${bearer('other')}`, 'invalid bearer token'],
  'an empty token': [`a, ${bearer('')}`, 'nobody'],
  padding: [`a, ${bearer('sécret')}=`, 'invalid base64.bearer.authorization token encoding'],
  'no text': [`a, ${bearer(Buffer.from([0xff, 0xfe]))}`, 'invalid base64.bearer.authorization token encoding'],
};
for (const [name, [protocols, expected]] of Object.entries(cases)) {
  test(name, async () => assert.equal(await outcome(protocols), expected));
}

test('requests that are no WebSockets are not looked at', async () => {
  assert.equal(await outcome(`a, ${bearer('sécret')}`, 'SPDY/3.1'), 'nobody');
});
