import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest, ApiResponse, Exchange } from '../api/exchange.ts';
import { FakeClock, settle } from './fake-clock.test-double.ts';
import { createRateBudget, type RateBudgetOptions, type Urgency } from './rate-budget.ts';

const ok: ApiResponse = { status: 200, headers: {}, body: new Uint8Array(0) };

function request(path: string, signal = new AbortController().signal): ApiRequest {
  return { method: 'GET', path, query: '', headers: {}, body: new Uint8Array(0), signal };
}

function budget(options: Partial<RateBudgetOptions>, answer: () => ApiResponse | Promise<ApiResponse> = () => ok) {
  const clock = new FakeClock(0);
  const sent: string[] = [];
  const exchange: Exchange = async ({ path }) => {
    sent.push(path);
    return await answer();
  };
  const made = createRateBudget({ clock, ...options });
  const limited = made.limit(exchange, ({ path }) => path.split('/')[1] as Urgency);
  return { clock, sent, made, limited };
}

test('what waits goes by urgency, and in order within it', async () => {
  const gate = Promise.withResolvers<ApiResponse>();
  const { sent, limited } = budget({ inFlightMax: 1 }, () => gate.promise);
  const all = ['normal/0', 'background/1', 'normal/2', 'urgent/3', 'normal/4', 'urgent/5'].map((path) =>
    limited(request(`/${path}`)),
  );
  gate.resolve(ok);
  await Promise.all(all);
  assert.deepEqual(sent, ['/normal/0', '/urgent/3', '/urgent/5', '/normal/2', '/normal/4', '/background/1']);
});

test('429 halves the rate, waits for Retry-After, and success grows it back', async () => {
  const refused: ApiResponse = { status: 429, headers: { 'retry-after': '3' }, body: new Uint8Array(0) };
  let answer = refused;
  const { clock, sent, made, limited } = budget({ initialPerSecond: 100 }, () => answer);
  await limited(request('/normal/0'));
  assert.equal(made.perSecond(), 50);
  answer = ok;
  const next = limited(request('/normal/1'));
  await clock.advance(2900);
  assert.equal(sent.length, 1);
  await clock.advance(200);
  await next;
  assert.equal(made.perSecond(), 51);
});

test('refusals of one moment count once, and the rate never falls below its floor', async () => {
  const { made, clock, limited } = budget({ initialPerSecond: 80, minPerSecond: 30 }, () => ({
    status: 503,
    headers: {},
    body: new Uint8Array(0),
  }));
  await Promise.all([1, 2, 3].map((index) => limited(request(`/normal/${index}`))));
  assert.equal(made.perSecond(), 40);
  await clock.advance(1000);
  await limited(request('/normal/4'));
  await clock.advance(1000);
  await limited(request('/normal/5'));
  assert.equal(made.perSecond(), 30);
});

test('no more than the rate is sent over time', async () => {
  const { clock, sent, limited, made } = budget({ initialPerSecond: 50, maxPerSecond: 50, inFlightMax: 1000 });
  const all = Array.from({ length: 200 }, (_, index) => limited(request(`/normal/${index}`)));
  await clock.advance(1000);
  assert.ok(sent.length >= 50 && sent.length <= 56, `${sent.length} in the first second`);
  await clock.advance(3000);
  await Promise.all(all);
  assert.equal(made.waiting(), 0);
});

test('an aborted request leaves the queue; a full queue refuses', async () => {
  const gate = Promise.withResolvers<ApiResponse>();
  const { sent, made, limited } = budget({ inFlightMax: 1, waitingMax: 1 }, () => gate.promise);
  const first = limited(request('/normal/0'));
  const abort = new AbortController();
  const second = limited(request('/normal/1', abort.signal));
  await assert.rejects(limited(request('/normal/2')), /too many requests wait/);
  abort.abort();
  await assert.rejects(second, /aborted/);
  assert.equal(made.waiting(), 0);
  gate.resolve(ok);
  await first;
  await settle();
  assert.deepEqual(sent, ['/normal/0']);
});
