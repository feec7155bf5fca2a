import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { Availability } from './api-service.ts';
import { AvailabilityKeeper } from './availability-keeper.ts';
import { RemoteService } from './remote-service.ts';

function remote(name: string): RemoteService {
  const service = { namespace: 'ns', name: `svc-${name}` };
  const made = RemoteService.of({ metadata: { name }, spec: { group: name, version: 'v1', service } }, undefined);
  assert.ok(made);
  return made;
}

const passed: Availability = { status: 'True', reason: 'Passed', message: '' };
const unreachable: Availability = { status: 'False', reason: 'FailedDiscoveryCheck', message: '' };

function kept(check: (name: string) => Promise<Availability> | Availability) {
  const clock = new FakeClock(0);
  const checked: string[] = [];
  const written: string[] = [];
  const keeper = new AvailabilityKeeper({
    clock,
    logger: silentLogger,
    async check({ name }) {
      checked.push(name);
      return check(name);
    },
    write({ name }, { reason }) {
      written.push(`${name} ${reason}`);
      return Promise.resolve();
    },
  });
  return { clock, keeper, checked, written };
}

test('without any there is no timer; with one it is looked at twice a minute', async () => {
  const { clock, keeper, checked } = kept(() => passed);
  assert.equal(clock.nextDue(), undefined);
  keeper.add(remote('a'));
  await clock.advance(59_000);
  assert.deepEqual(checked, ['a', 'a']);
  keeper.remove('a');
  assert.equal(clock.nextDue(), undefined);
});

test('one that can’t be reached is tried again soon, then less and less often', async () => {
  const { clock, keeper, checked } = kept(() => unreachable);
  keeper.add(remote('a'));
  await clock.advance(4_000);
  assert.equal(checked.length, 5);
  await clock.advance(300_000);
  assert.ok(checked.length < 20, String(checked.length));
});

test('a change of its Service, and of no other, is a reason to look', async () => {
  const { clock, keeper, checked } = kept(() => passed);
  keeper.add(remote('a'));
  keeper.add(remote('b'));
  await clock.advance(0);
  keeper.serviceChanged('ns', 'svc-b');
  keeper.serviceChanged('other', 'svc-a');
  await clock.advance(0);
  assert.deepEqual(checked, ['a', 'b', 'b']);
});

test('what was found of one that is gone meanwhile is not written', async () => {
  const answer = Promise.withResolvers<Availability>();
  const { clock, keeper, written } = kept(() => answer.promise);
  keeper.add(remote('a'));
  await clock.advance(0);
  keeper.remove('a');
  answer.resolve(passed);
  await clock.advance(60_000);
  assert.deepEqual(written, []);
});

test('few are looked at at once, and all in the end', async () => {
  const answers: ((availability: Availability) => void)[] = [];
  const { clock, keeper, checked, written } = kept(() => new Promise<Availability>((resolve) => answers.push(resolve)));
  for (let index = 0; index < 20; index++) keeper.add(remote(`s${index}`));
  await clock.advance(0);
  assert.equal(checked.length, 8);
  while (answers.length > 0) {
    answers.shift()?.(passed);
    await clock.advance(0);
  }
  assert.equal(written.length, 20);
});
