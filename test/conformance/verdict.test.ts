import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { allClasses, readClass } from './classes.ts';
import { skips } from './skips.ts';
import { verdictOf, wrongSkips, type Skip, type Verdict } from './verdict.ts';

const listed: readonly Skip[] = [
  { test: 'quota', reason: 'no quota yet' },
  { test: 'jobs', reason: 'no job controller', needsControllerManager: true },
];

const cases: readonly (readonly [test: string, state: 'passed' | 'failed', controllerManager: boolean, Verdict])[] = [
  ['watch', 'passed', false, 'as expected'],
  ['watch', 'failed', false, 'unexpected failure'],
  ['quota', 'failed', false, 'as expected'],
  ['quota', 'passed', false, 'skip that passes'],
  ['quota', 'failed', true, 'as expected'],
  ['jobs', 'failed', false, 'as expected'],
  ['jobs', 'passed', false, 'skip that passes'],
  ['jobs', 'failed', true, 'unexpected failure'],
  ['jobs', 'passed', true, 'as expected'],
];

suite('the verdict', () => {
  for (const [name, state, controllerManager, verdict] of cases) {
    test(`${name} ${state} ${controllerManager ? 'with' : 'without'} kube-controller-manager: ${verdict}`, () => {
      assert.equal(verdictOf(listed, { controllerManager }, { test: name, state, seconds: 1 }), verdict);
    });
  }
});

test('the list of skips names tests that there are, once, with a reason', () => {
  assert.deepEqual(wrongSkips(skips, allClasses.flatMap(readClass)), []);
});
