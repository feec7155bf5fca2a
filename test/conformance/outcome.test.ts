import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReport } from './outcome.ts';

const spec = (leaf: string, state: string, message = '', type = 'It') => ({
  ContainerHierarchyTexts: ['[sig-api-machinery] Watchers', ''],
  LeafNodeType: type,
  LeafNodeText: leaf,
  State: state,
  RunTime: 1_234_000_000,
  Failure: { Message: message, Location: { FileName: 'e2e/watch.go', LineNumber: 7 } },
});
const named = (leaf: string): string => `[sig-api-machinery] Watchers ${leaf}`;

test('a report says what passed, failed, skipped itself, was not begun, and is not there', () => {
  const report = [
    {
      SpecReports: [
        spec('setup', 'passed', '', 'SynchronizedBeforeSuite'),
        spec('passes', 'passed'),
        spec('fails', 'failed', 'no watch'),
        spec('is late', 'timedout', 'too late'),
        spec('skips itself', 'skipped', 'no nodes'),
        spec('waits', 'skipped'),
        spec('is not asked for', 'skipped'),
      ],
    },
  ];
  const tests = ['passes', 'fails', 'is late', 'skips itself', 'waits', 'is elsewhere'].map(named);
  const result = readReport(JSON.stringify(report), tests);
  const location = 'e2e/watch.go:7';
  assert.deepEqual(result, {
    outcomes: [
      { test: named('passes'), state: 'passed', seconds: 1.2 },
      { test: named('fails'), state: 'failed', seconds: 1.2, message: 'no watch', location },
      { test: named('is late'), state: 'failed', seconds: 1.2, message: 'timedout: too late', location },
      { test: named('skips itself'), state: 'skipped', seconds: 1.2, message: 'no nodes', location },
    ],
    notRun: [named('waits')],
    unknown: [named('is elsewhere')],
    suiteFailure: undefined,
  });
});

test('a report says what kept the whole suite from running', () => {
  const report = [
    { SpecReports: [spec('', 'failed', 'no cluster', 'SynchronizedBeforeSuite'), spec('passes', 'skipped')] },
  ];
  const { suiteFailure, notRun } = readReport(JSON.stringify(report), [named('passes')]);
  assert.equal(suiteFailure, 'no cluster');
  assert.deepEqual(notRun, [named('passes')]);
});
