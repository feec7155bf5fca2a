import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { StatusError } from '../../api/status.ts';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { createSimulatedConnections, type Connecting } from './connections.ts';
import { PodChanges } from './pod-changes.ts';
import { PodCourses } from './pod-courses.ts';

const start = Date.UTC(2026, 10, 21, 12);
const startedAt = new Date(start).toISOString();

function status(state: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    name: 'c',
    image: 'i',
    imageID: '',
    ready: true,
    started: true,
    restartCount: 0,
    state,
    lastState: {},
    ...more,
  };
}

const running = { running: { startedAt } };
const terminated = { terminated: { exitCode: 1, reason: 'Error', startedAt, finishedAt: startedAt, containerID: 'x' } };

function podOf(script: string, containerStatus: JsonObject = status(running)): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid: 'u' },
    spec: {
      nodeName: 'node',
      containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', script], env: [{ name: 'A', value: 'b' }] }],
    },
    status: { containerStatuses: [containerStatus] },
  };
}

/** A node with one pod. */
class Node {
  readonly clock = new FakeClock(start);
  readonly changes = new PodChanges();
  readonly #courses = new PodCourses();
  now: KubeObject | undefined;
  readonly connections = createSimulatedConnections({
    clock: this.clock,
    changes: this.changes,
    pod: () => this.now,
    course: (pod, { container, run, startedAt: at }) => this.#courses.of(pod, container, run, at, this.clock.now()),
    files: (pod, { container, run }) => this.#courses.filesOf(pod, container, run),
  });

  constructor(pod: KubeObject) {
    this.now = pod;
  }

  become(pod: KubeObject | undefined): void {
    this.now = pod;
    this.changes.changed('u');
  }

  connect(subresource: Connecting['subresource'], options: Record<string, unknown> = {}, signal = neverAborted) {
    const pod = this.now;
    assert.ok(pod);
    const target =
      subresource === 'proxy' ? { subresource } : { subresource, pod, options: { container: 'c', ...options } };
    return this.connections.connect(target, { signal });
  }

  /** What is in the log now. */
  async log(options: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.connect('log', options);
    assert.ok(answer.kind === 'response');
    return textOf(answer.body);
  }

  async refusal(subresource: Connecting['subresource'], options: Record<string, unknown> = {}): Promise<string> {
    try {
      await this.connect(subresource, options);
    } catch (error) {
      if (error instanceof StatusError) return `${error.status.code} ${error.message}`;
      throw error;
    }
    return 'none';
  }

  async exec(command: readonly string[], input?: readonly string[]) {
    const answer = await this.connect('exec', { command, ...(input ? { stdin: true } : {}) });
    return this.talk(answer, input);
  }

  async talk(answer: Awaited<ReturnType<Node['connect']>>, input: readonly string[] = [], signal = neverAborted) {
    assert.ok(answer.kind === 'process');
    const said = { stdout: '', stderr: '' };
    const to = (stream: 'stdout' | 'stderr') => (bytes: Uint8Array) => {
      said[stream] += Buffer.from(bytes).toString();
      return Promise.resolve();
    };
    const streams = { stdin: bytesOf(input), stdout: to('stdout'), stderr: to('stderr') };
    const end = await answer.process.run(streams, signal);
    return { ...said, end };
  }
}

const neverAborted = new AbortController().signal;

async function* bytesOf(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const bytes of body) text += Buffer.from(bytes).toString();
  return text;
}

const talking = 'echo a; echo b >&2; sleep 2; echo c; sleep 100';

test('a log shows what is printed by now, and no more', async () => {
  const node = new Node(podOf(talking));
  assert.equal(await node.log(), 'a\nb\n');
  await node.clock.advance(2000);
  assert.equal(await node.log(), 'a\nb\nc\n');
  assert.equal(await node.log({ limitBytes: 3 }), 'a\nb');
});

test('a log that is followed goes on until the container ends', async () => {
  const node = new Node(podOf(talking));
  const answer = await node.connect('log', { follow: true, tailLines: 1 });
  assert.ok(answer.kind === 'response');
  const pieces = answer.body[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const { value, done } = await pieces.next();
    return done === true ? undefined : Buffer.from(value).toString();
  };
  assert.equal(await next(), 'b\n');
  const third = next();
  await node.clock.advance(2000);
  assert.equal(await third, 'c\n');
  const end = next();
  node.become(podOf(talking, status(terminated)));
  assert.equal(await end, undefined);
});

test('a log that is followed ends with its pod, and with its reader', async () => {
  const node = new Node(podOf(talking));
  const reader = new AbortController();
  const [first, second] = [
    await node.connect('log', { follow: true }),
    await node.connect('log', { follow: true }, reader.signal),
  ];
  assert.ok(first.kind === 'response' && second.kind === 'response');
  const [one, other] = [textOf(first.body), textOf(second.body)];
  await new Promise((resolve) => setImmediate(resolve));
  reader.abort();
  assert.equal(await other, 'a\nb\n');
  node.become(undefined);
  assert.equal(await one, 'a\nb\n');
  assert.equal(node.clock.nextDue(), undefined, 'nothing waits any more');
});

test('the log of the run before is another one', async () => {
  const date = 'date +%s; exit 1';
  const before = { ...terminated.terminated, startedAt: new Date(start - 60_000).toISOString() };
  const node = new Node(podOf(date, status(running, { restartCount: 1, lastState: { terminated: before } })));
  assert.equal(await node.log(), `${start / 1000}\n`);
  assert.equal(await node.log({ previous: true }), `${start / 1000 - 60}\n`);
  const waiting = { waiting: { reason: 'CrashLoopBackOff' } };
  const looping = new Node(podOf(date, status(waiting, { lastState: { terminated: before } })));
  assert.equal(await looping.log(), `${start / 1000 - 60}\n`);
});

const refusals: Record<string, [subresource: Connecting['subresource'], containerStatus: JsonObject, refusal: string]> =
  {
    'a log of what waits': [
      'log',
      status({ waiting: { reason: 'ContainerCreating' } }),
      '400 container "c" in pod "p" is waiting to start: ContainerCreating',
    ],
    'a log of what has no image': [
      'log',
      status({ waiting: { reason: 'ImagePullBackOff' } }),
      '400 container "c" in pod "p" is waiting to start: trying and failing to pull image',
    ],
    'exec in what has ended': [
      'exec',
      status(terminated),
      '500 Internal error occurred: unable to upgrade connection: container not found ("c")',
    ],
    'a port': ['portforward', status(running), '400 simulated pods serve nothing: there is no port to forward to'],
    'a proxy': ['proxy', status(running), '503 error trying to reach service: simulated pods serve nothing'],
    'exec of nothing': ['exec', status(running), '400 you must specify at least 1 argument as the command'],
  };
for (const [name, [subresource, containerStatus, refusal]] of Object.entries(refusals)) {
  test(`refused: ${name}`, async () => {
    assert.equal(await new Node(podOf('sleep 1', containerStatus)).refusal(subresource), refusal);
  });
}

test('a log of a run that never was', async () => {
  const node = new Node(podOf('sleep 1'));
  assert.equal(
    await node.refusal('log', { previous: true }),
    '400 previous terminated container "c" in pod "p" not found',
  );
});

const programs: Record<
  string,
  [command: string[], input: string[] | undefined, stdout: string, stderr: string, end: unknown]
> = {
  'what it prints': [['echo', 'hi'], undefined, 'hi\n', '', 0],
  'its exit code': [['sh', '-c', 'echo a; echo b >&2; exit 7'], undefined, 'a\n', 'b\n', 7],
  'its environment': [['printenv', 'A'], undefined, 'b\n', '', 0],
  'its input': [['cat'], ['one ', 'two'], 'one two', '', 0],
  'what does not read': [['echo', 'x'], ['unread'], 'x\n', '', 0],
  'a shell that reads commands': [['sh'], ['echo a\nfal', 'se\necho $A\nexit 4\necho never\n'], 'a\nb\n', '', 4],
  'a shell at its end': [['/bin/bash', '-i'], ['false\n'], '', '', 1],
  'no such program': [
    ['frobnicate'],
    undefined,
    '',
    '',
    'error executing command in container: exec: "frobnicate": executable file not found in $PATH',
  ],
  'what the shell does not understand': [
    ['sh', '-c', 'cat <<X'],
    undefined,
    '',
    '',
    'the simulated shell understands no here-documents',
  ],
};
for (const [name, [command, input, stdout, stderr, end]] of Object.entries(programs)) {
  test(`a program by hand: ${name}`, async () => {
    const found = await new Node(podOf('sleep 100')).exec(command, input);
    const wanted = typeof end === 'number' ? { type: 'exited', exitCode: end } : { type: 'failed', message: end };
    assert.deepEqual(found, { stdout, stderr, end: wanted });
  });
}

test('files are those of the container', async () => {
  const node = new Node(podOf('echo kept > /tmp/a; sleep 100'));
  await node.log();
  assert.equal((await node.exec(['cat', '/tmp/a'])).stdout, 'kept\n');
  await node.exec(['sh', '-c', 'echo new > /tmp/b']);
  assert.equal((await node.exec(['cat', '/tmp/b'])).stdout, 'new\n');
  assert.deepEqual((await node.exec(['cat', '/tmp/none'])).end, { type: 'exited', exitCode: 1 });
});

test('a program takes its time, and goes with who has started it', async () => {
  const node = new Node(podOf('sleep 100'));
  let over = false;
  const slow = node.exec(['sh', '-c', 'echo a; sleep 5; echo b']).then((found) => {
    over = true;
    return found;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(over, false);
  await node.clock.advance(5000);
  assert.equal((await slow).stdout, 'a\nb\n');
  const abort = new AbortController();
  const endless = node
    .connect('exec', { command: ['tail', '-f', '/dev/null'] })
    .then((answer) => node.talk(answer, [], abort.signal));
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  assert.equal((await endless).end.type, 'failed');
  assert.equal(node.clock.nextDue(), undefined);
});

test('attached is who sees what is printed from now on', async () => {
  const node = new Node(podOf(talking));
  const attached = node.talk(await node.connect('attach'));
  await new Promise((resolve) => setImmediate(resolve));
  await node.clock.advance(2000);
  await new Promise((resolve) => setImmediate(resolve));
  node.become(podOf(talking, status(terminated)));
  assert.deepEqual(await attached, { stdout: 'c\n', stderr: '', end: { type: 'exited', exitCode: 0 } });
});

test('what a script prints without end is kept up to a limit', async () => {
  const node = new Node(podOf('while true; do echo 0123456789012345678901234567890123456789; done'));
  assert.equal((await node.log()).length, 16_384);
});
