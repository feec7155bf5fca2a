import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../client/create-client.ts';
import { FakeApi } from '../client/fake-api.test-double.ts';
import { FakeClock } from '../client/fake-clock.test-double.ts';
import { silentLogger } from '../lib/logger.ts';
import { EventRecorder } from './event-recorder.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'a', uid: 'u1', resourceVersion: '7' },
};

function world() {
  const clock = new FakeClock(Date.UTC(2030, 0, 1));
  let down = false;
  const api = new FakeApi({
    intercept: () => {
      if (down) throw new Error('no connection');
      return undefined;
    },
  });
  const recorder = new EventRecorder({ client: createClient('tenant', api.exchange), clock, logger: silentLogger });
  return { clock, api, recorder, record: recorder.for('tester'), setDown: (value: boolean) => (down = value) };
}

test('an Event has the fields that upstream gives it', async () => {
  const { api, recorder, record } = world();
  record(pod, 'Normal', 'Created', 'Created it');
  await recorder.flushed();
  const [event] = api.all('events');
  assert.match(event?.metadata.name ?? '', /^web\.[0-9a-f]{16}$/);
  const { metadata: _metadata, ...rest } = event ?? {};
  assert.deepEqual(rest, {
    apiVersion: 'v1',
    kind: 'Event',
    involvedObject: { kind: 'Pod', namespace: 'a', name: 'web', uid: 'u1', apiVersion: 'v1', resourceVersion: '7' },
    reason: 'Created',
    message: 'Created it',
    source: { component: 'tester' },
    firstTimestamp: '2030-01-01T00:00:00Z',
    lastTimestamp: '2030-01-01T00:00:00Z',
    count: 1,
    type: 'Normal',
    reportingComponent: 'tester',
    reportingInstance: '',
  });
});

test('the same Event again is counted, not sent anew', async () => {
  const { api, clock, recorder, record } = world();
  for (let time = 0; time < 3; time++) {
    record(pod, 'Warning', 'Failed', 'no');
    await recorder.flushed();
    await clock.advance(10_000);
  }
  const events = api.all('events');
  assert.equal(events.length, 1);
  assert.equal(events[0]?.['count'], 3);
  assert.equal(events[0]?.['firstTimestamp'], '2030-01-01T00:00:00Z');
  assert.equal(events[0]?.['lastTimestamp'], '2030-01-01T00:00:20Z');
});

test('one that was deleted meanwhile is created again', async () => {
  const { api, recorder, record } = world();
  record(pod, 'Warning', 'Failed', 'no');
  await recorder.flushed();
  api.objects.clear();
  record(pod, 'Warning', 'Failed', 'no');
  await recorder.flushed();
  assert.equal(api.all('events')[0]?.['count'], 2);
});

test('the tenth of similar Events is combined with those that follow', async () => {
  const { api, recorder, record } = world();
  for (let index = 0; index < 12; index++) record(pod, 'Warning', 'Failed', `reason ${index}`);
  await recorder.flushed();
  const combined = api
    .all('events')
    .filter((event) => JSON.stringify(event['message']).startsWith('"(combined from similar events): '));
  assert.equal(api.all('events').length, 10);
  assert.equal(combined.length, 1);
  assert.equal(combined[0]?.['count'], 3);
  assert.equal(combined[0]?.['message'], '(combined from similar events): reason 11');
  assert.equal(combined[0]?.['reportingComponent'], '');
});

test('an object has 25 Events at once, then one every five minutes', async () => {
  const { api, clock, recorder, record } = world();
  const send = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) record(pod, 'Normal', 'Same', 'again');
    await recorder.flushed();
  };
  await send(40);
  const count = (): unknown => api.all('events')[0]?.['count'];
  assert.equal(count(), 25);
  await clock.advance(300_000);
  await send(5);
  assert.equal(count(), 41);
});

test('without a connection Events wait and are sent later', async () => {
  const { api, clock, recorder, record, setDown } = world();
  setDown(true);
  record(pod, 'Normal', 'Late', 'late');
  await clock.advance(25_000);
  assert.equal(api.all('events').length, 0);
  setDown(false);
  await clock.advance(10_000);
  await recorder.flushed();
  assert.equal(api.all('events').length, 1);
});
