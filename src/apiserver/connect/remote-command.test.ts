import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import type { ApiRequest } from '../../api/exchange.ts';
import { StatusError } from '../../api/status.ts';
import type { ProcessEnd, ProcessStreams, RemoteProcess } from './pod-connector.ts';
import { upgradeOf } from './remote-command.ts';

function request(protocols: string, more: Partial<ApiRequest> = {}): ApiRequest {
  return {
    method: 'GET',
    path: '/',
    query: '',
    headers: {
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': protocols,
    },
    body: new Uint8Array(),
    upgrade: 'websocket',
    signal: new AbortController().signal,
    ...more,
  };
}

/** What the client has received, frame by frame, and how it sends. */
class Client {
  readonly server: Duplex;
  #received = Buffer.alloc(0);
  over = false;

  constructor() {
    this.server = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        this.#received = Buffer.concat([this.#received, chunk]);
        done();
        this.server.emit('progress');
      },
      final: (done) => {
        done();
        this.over = true;
        this.server.emit('progress');
      },
    });
  }

  send(opcode: number, payload: Uint8Array | string, whole = true): void {
    const mask = Buffer.from([9, 8, 7, 6]);
    const body = Buffer.from(payload as string).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
    const length = body.length < 126 ? [0x80 | body.length] : [0xfe, body.length >> 8, body.length & 255];
    this.server.push(Buffer.concat([Buffer.from([(whole ? 0x80 : 0) | opcode, ...length]), mask, body]));
  }

  /** Channel and text of each message. */
  messages(): [channel: number, text: string][] {
    const found: [number, string][] = [];
    for (let at = 0; at < this.#received.length;) {
      const short = this.#received[at + 1] ?? 0;
      const head = short === 126 ? 4 : 2;
      const length = short === 126 ? this.#received.readUInt16BE(at + 2) : short;
      const payload = this.#received.subarray(at + head, at + head + length);
      if (this.#received[at] === 0x82) found.push([payload[0] ?? -1, payload.subarray(1).toString()]);
      at += head + length;
    }
    return found;
  }

  async until(there: () => boolean): Promise<void> {
    while (!there()) await once(this.server, 'progress');
  }
}

function running(run: (streams: ProcessStreams, signal: AbortSignal) => Promise<ProcessEnd>): RemoteProcess {
  return { run };
}

async function talk(
  protocol: string,
  options: Record<string, boolean>,
  process: RemoteProcess,
  client = new Client(),
): Promise<Client> {
  const response = upgradeOf(request(protocol), options, process);
  assert.equal(response.status, 101);
  response.upgrade?.(client.server);
  await client.until(() => client.over);
  return client;
}

const both = running(async ({ stdout, stderr }) => {
  await stdout(Buffer.from('out'));
  await stderr(Buffer.from('err'));
  return { type: 'exited', exitCode: 0 };
});
const success = '{"metadata":{},"status":"Success"}';

const outputs: Record<string, [protocol: string, options: Record<string, boolean>, messages: [number, string][]]> = {
  'all streams': [
    'v5.channel.k8s.io',
    { stdout: true, stderr: true },
    [
      [1, ''],
      [1, 'out'],
      [2, 'err'],
      [3, success],
    ],
  ],
  'those that are asked for': [
    'v4.channel.k8s.io',
    { stderr: true },
    [
      [3, ''],
      [2, 'err'],
      [3, success],
    ],
  ],
  'a terminal has one': [
    'v5.channel.k8s.io',
    { stdout: true, tty: true },
    [
      [1, ''],
      [1, 'out'],
      [1, 'err'],
      [3, success],
    ],
  ],
  'before v4 success says nothing': [
    'channel.k8s.io',
    { stdout: true },
    [
      [1, ''],
      [1, 'out'],
    ],
  ],
};
for (const [name, [protocol, options, messages]] of Object.entries(outputs)) {
  test(`output: ${name}`, async () => {
    assert.deepEqual((await talk(protocol, options, both)).messages(), messages);
  });
}

test('an exit code is a status', async () => {
  const process = running(async () => ({ type: 'exited', exitCode: 3 }));
  const client = await talk('v5.channel.k8s.io', {}, process);
  const [, [channel, text] = []] = client.messages();
  assert.equal(channel, 3);
  assert.deepEqual(JSON.parse(text ?? ''), {
    metadata: {},
    status: 'Failure',
    message: 'command terminated with non-zero exit code: exit status 3',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  });
  assert.deepEqual((await talk('v3.channel.k8s.io', {}, process)).messages().at(-1), [
    3,
    'command terminated with non-zero exit code: exit status 3',
  ]);
});

test('a bug in a program is told in no words of its own', async () => {
  const client = await talk(
    'v5.channel.k8s.io',
    {},
    running(() => Promise.reject(new Error('a secret'))),
  );
  assert.doesNotMatch(JSON.stringify(client.messages()), /secret/);
});

test('input comes in pieces and in order, until its end is told', async () => {
  const client = new Client();
  const echo = running(async ({ stdin, stdout }) => {
    for await (const chunk of stdin) await stdout(chunk);
    return { type: 'exited', exitCode: 0 };
  });
  // A message in two frames, another channel between messages, the end by v5's word.
  client.send(2, '\u0000ab', false);
  client.send(0, 'cd');
  client.send(2, Buffer.from([4, 0x7b, 0x7d]));
  client.send(2, '\u0000ef');
  client.send(2, Buffer.from([255, 0]));
  await talk('v5.channel.k8s.io', { stdin: true, stdout: true }, echo, client);
  const text = client.messages().flatMap(([channel, said]) => (channel === 1 ? [said] : []));
  assert.equal(text.join(''), 'abcdef');
});

test('input that was not asked for goes nowhere', async () => {
  const client = new Client();
  client.send(2, '\u0000ab');
  let read = '';
  const process = running(async ({ stdin }) => {
    for await (const chunk of stdin) read += Buffer.from(chunk).toString();
    return { type: 'exited', exitCode: 0 };
  });
  await talk('v5.channel.k8s.io', { stdout: true }, process, client);
  assert.equal(read, '');
});

test('a program that doesn’t read makes its client wait', async () => {
  const client = new Client();
  const began = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let size = 0;
  const slow = running(async ({ stdin }) => {
    began.resolve();
    await goOn.promise;
    for await (const chunk of stdin) size += chunk.length;
    return { type: 'exited', exitCode: 0 };
  });
  const over = talk('v5.channel.k8s.io', { stdin: true }, slow, client);
  await began.promise;
  const piece = Buffer.alloc(60_001);
  for (let count = 0; count < 4; count++) client.send(2, piece);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(client.server.isPaused());
  client.send(2, Buffer.from([255, 0]));
  goOn.resolve();
  await over;
  assert.equal(size, 240_000);
});

test('who goes ends the program', async () => {
  const client = new Client();
  const ended = Promise.withResolvers<void>();
  const process = running(async (_streams, signal) => {
    await once(signal, 'abort');
    ended.resolve();
    return { type: 'failed', message: 'gone' };
  });
  const over = talk('v5.channel.k8s.io', { stdout: true }, process, client);
  client.send(8, '');
  await ended.promise;
  await over;
});

test('what is no WebSocket, or speaks none of the protocols, is refused', () => {
  assert.throws(
    () => upgradeOf(request('', { method: 'POST', upgrade: 'SPDY/3.1' }), {}, both),
    (error) => error instanceof StatusError && error.status.code === 400,
  );
  assert.equal(upgradeOf(request('chat'), {}, both).status, 403);
});
