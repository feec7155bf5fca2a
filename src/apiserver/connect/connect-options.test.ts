import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../../api/status.ts';
import {
  optionsQuery,
  podAttachOptions,
  podExecOptions,
  podLogOptions,
  podPortForwardOptions,
} from './connect-options.ts';

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return `${error.status.code} ${error.message}`;
    throw error;
  }
  return 'none';
}

const logErrors: Record<string, [query: string, error: string]> = {
  nothing: ['', 'none'],
  'a tail of no lines': ['tailLines=0', 'none'],
  'a negative tail': [
    'tailLines=-1',
    '422 PodLogOptions "p" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  ],
  'no bytes': [
    'limitBytes=0',
    '422 PodLogOptions "p" is invalid: limitBytes: Invalid value: 0: must be greater than 0',
  ],
  'since now': [
    'sinceSeconds=0',
    '422 PodLogOptions "p" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0',
  ],
  'since twice': [
    'sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z',
    '422 PodLogOptions "p" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
  ],
  'one stream': ['stream=Stderr', '422 PodLogOptions "p" is invalid: stream: Forbidden: may not be specified'],
  'no number': ['tailLines=x', '400 strconv.ParseInt: parsing "x": invalid syntax'],
  'no time': ['sinceTime=now', '400 parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"'],
};
for (const [name, [query, error]] of Object.entries(logErrors)) {
  test(`options of a log: ${name}`, () => {
    assert.equal(
      refusal(() => podLogOptions(new URLSearchParams(query), 'p')),
      error,
    );
  });
}

test('options of a log are read as Go reads them, and say the same again', () => {
  const query =
    'container=c&follow=true&previous=0&timestamps=&sinceTime=2026-01-01T01:00:00%2B01:00&limitBytes=5&tailLines=%2B7&unknown=1';
  const options = podLogOptions(new URLSearchParams(query), 'p');
  assert.deepEqual(options, {
    container: 'c',
    follow: true,
    previous: false,
    timestamps: true,
    insecureSkipTLSVerifyBackend: false,
    sinceTime: '2026-01-01T00:00:00Z',
    limitBytes: 5,
    tailLines: 7,
  });
  const again = new URLSearchParams(optionsQuery(options));
  assert.deepEqual(podLogOptions(again, 'p'), options);
  assert.equal(again.get('unknown'), null);
});

test('options of exec: the command keeps its order and empty words, flags that are false are absent', () => {
  const query = new URLSearchParams('command=sh&command=&command=-c&stdin=1&tty=false&container=c');
  assert.deepEqual(podExecOptions(query), { stdin: true, container: 'c', command: ['sh', '', '-c'] });
  assert.equal(optionsQuery(podExecOptions(query)), 'stdin=true&container=c&command=sh&command=&command=-c');
  assert.deepEqual(podExecOptions(new URLSearchParams()), { command: null });
  assert.deepEqual(podAttachOptions(new URLSearchParams('stdout=true&command=x')), { stdout: true });
});

const ports: Record<string, [query: string, outcome: unknown]> = {
  none: ['', {}],
  several: ['ports=80,443&ports=8080', { ports: [80, 443, 8080] }],
  'no number': ['ports=http', '400 cannot convert to []int32: strconv.ParseUint: parsing "http": invalid syntax'],
  'too large a number': [
    'ports=65536',
    '400 cannot convert to []int32: strconv.ParseUint: parsing "65536": value out of range',
  ],
  'a sign': ['ports=-1', '400 cannot convert to []int32: strconv.ParseUint: parsing "-1": invalid syntax'],
};
for (const [name, [query, outcome]] of Object.entries(ports)) {
  test(`ports: ${name}`, () => {
    const read = (): unknown => podPortForwardOptions(new URLSearchParams(query));
    if (typeof outcome === 'string') assert.equal(refusal(read), outcome);
    else assert.deepEqual(read(), outcome);
  });
}

test('ports are limited', () => {
  const many = new URLSearchParams({ ports: Array.from({ length: 1001 }, () => '1').join(',') });
  assert.match(
    refusal(() => podPortForwardOptions(many)),
    /^400 at most 1000/,
  );
});

test('what admission has added that nobody knows is told to nobody', () => {
  assert.equal(
    optionsQuery({ command: ['a', 1, { b: 'c' }], dryRun: 'All', path: '/x', stdin: true }),
    'command=a&command=1&stdin=true',
  );
});
