import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectControllers } from './selection.ts';

const built = ['deployment-controller', 'job-controller', 'pod-garbage-collector-controller'];

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['all', ['*'], built],
  ['all but one', ['*', '-job-controller'], ['deployment-controller', 'pod-garbage-collector-controller']],
  ['one', ['job-controller'], ['job-controller']],
  ['none', ['-job-controller'], []],
  ['by its older name', ['podgc', '-deployment'], ['pod-garbage-collector-controller']],
  ['what is left to the host is off already', ['*', '-node-ipam-controller', '-attachdetach', '-ttl'], built],
  ['what upstream has off is off already', ['*', '-bootstrapsigner', '-svm'], built],
];

for (const [name, selection, expected] of cases)
  test(name, () => assert.deepEqual(selectControllers(built, selection), expected));

const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    'a name that nothing has',
    ['*', '-jobs'],
    /"jobs" is not in the list of known controllers: deployment-controller, /,
  ],
  ['a name of JavaScript’s own', ['__proto__'], /"__proto__" is not in the list of known controllers/],
  [
    'on, but left to the host',
    ['*', 'attachdetach'],
    /"persistentvolume-attach-detach-controller" can't .* to the host/,
  ],
  [
    'on, but the API server’s',
    ['clusterrole-aggregation-controller'],
    /can't be switched on: .* part of the API server/,
  ],
  ['on, but off upstream', ['*', 'tokencleaner'], /can't be switched on: it is off by default upstream/],
];

for (const [name, selection, message] of refused)
  test(`refused: ${name}`, () => assert.throws(() => selectControllers(built, selection), { message }));
