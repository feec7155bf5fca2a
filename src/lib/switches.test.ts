import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseSwitches, switchedOn } from './switches.ts';

const names = ['namespace-controller', 'deployment-controller', 'replicaset-controller'];

const cases: readonly (readonly [selection: string, expected: readonly string[]])[] = [
  ['*', names],
  ['*,-deployment-controller', ['namespace-controller', 'replicaset-controller']],
  ['-deployment-controller,*', ['namespace-controller', 'replicaset-controller']],
  ['deployment-controller', ['deployment-controller']],
  ['-deployment-controller', []],
  ['deployment-controller,-deployment-controller', ['deployment-controller']],
  ['-deployment-controller,deployment-controller,*', ['namespace-controller', 'replicaset-controller']],
  [' * , -replicaset-controller,', ['namespace-controller', 'deployment-controller']],
  ['', []],
];

suite('--controllers', () => {
  for (const [selection, expected] of cases) {
    test(`${JSON.stringify(selection)} switches on ${expected.length} of 3`, () => {
      assert.deepEqual(switchedOn('controllers', names, parseSwitches(selection)), expected);
    });
  }

  test('a name that no controller has is refused', () => {
    assert.throws(
      () => switchedOn('controllers', names, parseSwitches('*,-job-controller')),
      /^Error: "job-controller" is not in the list of known controllers: namespace-controller, /,
    );
  });

  test('what is off by default is on only where it is named', () => {
    const offByDefault = ['replicaset-controller'];
    const on = (typed: string): string[] => switchedOn('controllers', names, parseSwitches(typed), offByDefault);
    assert.deepEqual(on('*'), ['namespace-controller', 'deployment-controller']);
    assert.deepEqual(on('*,replicaset-controller'), names);
    assert.deepEqual(on('replicaset-controller'), ['replicaset-controller']);
    assert.deepEqual(on('*,-replicaset-controller'), ['namespace-controller', 'deployment-controller']);
  });
});
