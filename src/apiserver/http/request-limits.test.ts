import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createProtobufCodec } from '../../api/codec/protobuf.ts';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { silentLogger } from '../../lib/logger.ts';
import { protobufTable } from '../../schema/builtin/protobuf.ts';
import { createApiServer } from '../api-server.ts';
import { createResourceCatalog } from '../discovery/resource-catalog.ts';
import { requestInfoOf } from '../request-info.ts';
import { InFlightRequests, type Leave, type RequestLimits } from './request-limits.ts';

const clock = new FakeClock(0);
const small: Partial<RequestLimits> = {
  readsInFlightMax: 2,
  writesInFlightMax: 1,
  waitingMax: 3,
  waitingBytesMax: 100,
};

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly user?: string;
  readonly bytes?: number;
  readonly inProcess?: boolean;
  readonly signal?: AbortSignal;
}

function contextOf(asked: Asked) {
  const { method = 'GET', path = '/api/v1/pods', query = '', user = 'ann', bytes = 0, inProcess = false } = asked;
  const who = { name: user, groups: ['system:masters'] };
  const request = {
    method,
    path,
    query,
    headers: {},
    body: new Uint8Array(bytes),
    signal: asked.signal ?? new AbortController().signal,
    ...(inProcess ? { user: who } : {}),
  };
  return { request, user: who, info: requestInfoOf(request) };
}

/** What became of requests, in the order in which it was known: `ann entered`, `bob refused`. */
class Requests {
  readonly log: string[] = [];
  readonly #limits: InFlightRequests;
  readonly #leave = new Map<string, Leave>();

  constructor(limits: Partial<RequestLimits> = small) {
    this.#limits = new InFlightRequests(clock, limits);
  }

  async ask(name: string, asked: Asked = {}): Promise<void> {
    const told = (leave: Leave | undefined): void => {
      this.log.push(`${name} ${leave ? 'entered' : 'refused'}`);
      if (leave) this.#leave.set(name, leave);
    };
    const entered = this.#limits.enter(contextOf(asked));
    if (entered instanceof Promise) void entered.then(told);
    else told(entered);
    await settled();
  }

  async leave(name: string): Promise<void> {
    this.#leave.get(name)?.();
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('requests in flight', () => {
  test('reads and writes have places of their own; who finds none waits for the next', async () => {
    const requests = new Requests();
    for (const name of ['r1', 'r2', 'r3']) await requests.ask(name);
    for (const name of ['w1', 'w2']) await requests.ask(name, { method: 'POST' });
    assert.deepEqual(requests.log, ['r1 entered', 'r2 entered', 'w1 entered']);
    await requests.leave('r2');
    await requests.leave('w1');
    assert.deepEqual(requests.log.slice(3), ['r3 entered', 'w2 entered']);
  });

  test('more than may wait are refused', async () => {
    const requests = new Requests();
    for (const name of ['1', '2', '3', '4', '5', '6']) await requests.ask(name);
    assert.deepEqual(requests.log, ['1 entered', '2 entered', '6 refused']);
  });

  test('more bytes than may wait are refused', async () => {
    const requests = new Requests();
    for (const name of ['1', '2', '3']) await requests.ask(name, { method: 'POST', bytes: 60 });
    assert.deepEqual(requests.log, ['1 entered', '3 refused']);
  });

  test('who waits too long is refused, and takes no place', async () => {
    const requests = new Requests();
    for (const name of ['1', '2', '3', '4']) await requests.ask(name);
    await clock.advance(15_000);
    assert.deepEqual(requests.log.slice(2), ['3 refused', '4 refused']);
    await requests.leave('1');
    await requests.ask('5');
    assert.equal(requests.log.at(-1), '5 entered');
  });

  test('who has gone waits no longer', async () => {
    const requests = new Requests();
    const gone = new AbortController();
    for (const name of ['1', '2']) await requests.ask(name);
    await requests.ask('3', { signal: gone.signal });
    await requests.ask('4');
    gone.abort();
    await settled();
    await requests.leave('1');
    assert.deepEqual(requests.log.slice(2), ['3 refused', '4 entered']);
  });

  test('users are served in turn, each in its own order', async () => {
    const requests = new Requests({ ...small, waitingMax: 10 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) await requests.ask(name);
    for (const name of ['b1', 'b2']) await requests.ask(name, { user: 'bob' });
    for (const name of ['a1', 'a2', 'a3', 'b1']) await requests.leave(name);
    assert.deepEqual(requests.log, [
      'a1 entered',
      'a2 entered',
      'a3 entered',
      'b1 entered',
      'a4 entered',
      'b2 entered',
    ]);
  });

  test('where no more may wait, the last of a long line makes room for another user', async () => {
    const requests = new Requests();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) await requests.ask(name);
    await requests.ask('b1', { user: 'bob' });
    assert.deepEqual(requests.log.slice(2), ['a5 refused']);
    for (const name of ['a1', 'a2']) await requests.leave(name);
    assert.deepEqual(requests.log.slice(3), ['a3 entered', 'b1 entered']);
  });

  for (const [what, asked] of Object.entries({
    'a watch': { query: 'watch=true' },
    'a log': { path: '/api/v1/namespaces/default/pods/web/log' },
    'a probe': { path: '/readyz' },
    'a part of a probe': { path: '/livez/ping' },
    'a call from our own process': { inProcess: true },
  })) {
    test(`${what} has no limit`, async () => {
      const requests = new Requests({ ...small, readsInFlightMax: 0, waitingMax: 0 });
      await requests.ask('it', asked);
      await requests.ask('another');
      assert.deepEqual(requests.log, ['it entered', 'another refused']);
    });
  }

  test('administrators over the network have no privilege', async () => {
    const requests = new Requests({ ...small, writesInFlightMax: 0, waitingMax: 0 });
    await requests.ask('masters', { method: 'POST' });
    assert.deepEqual(requests.log, ['masters refused']);
  });
});

test('an API server that is busy says so as upstream does', async () => {
  const codec = createProtobufCodec(protobufTable);
  const exchange = createApiServer({
    clock,
    random: { next: () => 0, uuid: () => 'uuid' },
    logger: silentLogger,
    authenticator: { authenticate: () => ({ outcome: 'authenticated', user: { name: 'ann', groups: [] } }) },
    authorizer: {
      authorize: () => ({ decision: 'allow', reason: '' }),
      rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
    },
    catalog: createResourceCatalog([]),
    codec,
    handleResource: () => Promise.resolve(undefined),
    paths: [],
    limits: { readsInFlightMax: 0, waitingMax: 0 },
  });
  const { status, headers, body } = await exchange(contextOf({ path: '/version' }).request);
  assert.deepEqual(
    [status, headers['retry-after'], headers['content-type'], Buffer.from(body as Uint8Array).toString()],
    [429, '1', 'text/plain; charset=utf-8', 'Too many requests, please try again later.\n'],
  );
});
