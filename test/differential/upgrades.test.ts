/** Requests that want to switch protocols, as bytes on a connection, to both servers. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { upstreamUnavailable } from '../host/upstream.ts';
import { post } from './case.ts';
import { startPair, type RunningPair } from './pair.ts';
import type { Side } from './side.ts';

interface Upgrade {
  readonly path: string;
  readonly method?: string;
  /** Further lines of the request's head. */
  readonly headers: readonly string[];
  readonly as?: 'admin' | 'user' | 'nobody';
  /** What the client sends once the protocol is switched. */
  readonly afterwards?: Buffer;
  /** Read until this is there; else until the connection ends. */
  readonly until?: string;
}

const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const origin = 'Origin: https://localhost';
const websocket = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', key];
const spdy = ['Connection: Upgrade', 'Upgrade: SPDY/3.1', 'X-Stream-Protocol-Version: v4.channel.k8s.io'];
const watch = '/api/v1/namespaces/default/configmaps?watch=1&fieldSelector=metadata.name=seen';
const exec = '/api/v1/namespaces/default/pods/absent/exec?command=ls&stdout=true';
const masked = (first: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
const close = masked(0x88, Buffer.from([0x03, 0xe8]));

const cases: Readonly<Record<string, Upgrade>> = {
  'a watch over a WebSocket': { path: watch, headers: [...websocket, origin], until: '"name":"seen"' },
  'a watch that the client closes': { path: watch, headers: [...websocket, origin], afterwards: close },
  'a watch with a protocol': {
    path: watch,
    headers: [...websocket, origin, 'Sec-WebSocket-Protocol: chat'],
    until: '"name":"seen"',
  },
  'a watch with two protocols': {
    path: watch,
    headers: [...websocket, origin, 'Sec-WebSocket-Protocol: a, b'],
  },
  'a watch without an origin': { path: watch, headers: websocket },
  'a watch of another version of WebSockets': {
    path: watch,
    headers: ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 8', key, origin],
  },
  'a watch without a key': {
    path: watch,
    headers: ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', origin],
  },
  'a watch by nobody': { path: watch, headers: [...websocket, origin], as: 'nobody' },
  'a watch by who may not': { path: watch, headers: [...websocket, origin], as: 'user' },
  'a watch of what is not there': {
    path: '/api/v1/namespaces/default/chairs?watch=1',
    headers: [...websocket, origin, 'Connection: close'],
  },
  'a protocol that nobody speaks': {
    path: '/api/v1/namespaces/default/configmaps/seen',
    headers: ['Connection: Upgrade, close', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
  },
  'exec by who may not': { path: exec, headers: spdy, method: 'POST', as: 'user' },
  'exec by nobody': { path: exec, headers: [...websocket, origin], as: 'nobody' },
};

describe('upgrades', { skip: upstreamUnavailable() ?? false }, () => {
  let pair: RunningPair;
  before(async () => {
    pair = await startPair();
    for (const side of [pair.sublet, pair.upstream]) {
      const seen = { metadata: { name: 'seen' }, data: { a: 'x'.repeat(300) } };
      await side.ask(post('/api/v1/namespaces/default/configmaps', seen), new Map());
    }
  });
  after(() => pair.stop());

  for (const [name, upgrade] of Object.entries(cases)) {
    test(name, async () => {
      const [ours, theirs] = [await exchange(pair.sublet, upgrade), await exchange(pair.upstream, upgrade)];
      assert.deepEqual(comparable(ours), comparable(theirs));
    });
  }
});

function exchange(
  side: Side,
  { path, method = 'GET', headers, as = 'admin', afterwards, until }: Upgrade,
): Promise<string> {
  const { server, credentials } = side.rawAccess(as);
  const { hostname, port } = new URL(server);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), ALPNProtocols: ['http/1.1'], ...credentials });
    let text = '';
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    };
    // What keeps the connection open has said all that it says.
    const timer = setTimeout(finish, 2000);
    socket.on('data', (bytes: Buffer) => {
      const before = text;
      text += bytes.toString('latin1');
      if (afterwards && !before.includes('"name":"seen"') && text.includes('"name":"seen"')) socket.write(afterwards);
      if (until !== undefined && text.includes(until)) setTimeout(finish, 100);
    });
    socket.on('error', () => undefined);
    socket.on('close', finish);
    socket.write([`${method} ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'));
  });
}

/** Names of headers in any order and any case, without those that are each server's own; the rest as it came. */
function comparable(text: string): { head: string[]; rest: string } {
  const end = text.indexOf('\r\n\r\n');
  const [status = '', ...lines] = text.slice(0, end < 0 ? text.length : end).split('\r\n');
  const headers = lines
    .map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()))
    .filter(
      (line) =>
        !/^(?:date|audit-id|content-length|x-kubernetes-pf|transfer-encoding|connection: (?:keep-alive|close)|keep-alive)/.test(
          line,
        ),
    );
  return { head: [status, ...headers.toSorted()], rest: normalText(end < 0 ? '' : text.slice(end + 4)) };
}

function normalText(text: string): string {
  return (
    text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
      .replaceAll(/("resourceVersion":)"\d+"/g, '$1"<revision>"')
      // A frame's length tells that of the revision.
      .replaceAll(/\u0081~[^]{2}/g, '<text>')
  );
}
