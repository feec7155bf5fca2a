/** A Job's life over the real API server, with pods that end as the test says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from '../../api/exchange.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { jobs, namespaces, pods } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { completionIndex } from './job-pod.ts';

type Status = Readonly<Record<string, unknown>>;

function work(spec: JsonObject = {}): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'demo' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'one' }] } }, ...spec },
  };
}

async function demo(through: (exchange: Exchange) => Exchange = (exchange) => exchange) {
  const made = await world({ through });
  const { client } = made;
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const resource = client.resource(jobs, 'demo');
  const listed = async (): Promise<KubeObject[]> => (await client.resource(pods, 'demo').list()).items;
  const phaseOf = (pod: KubeObject): unknown => (pod['status'] as Status)['phase'];
  const statusOf = async (): Promise<Status> => ((await resource.get('work'))['status'] ?? {}) as Status;
  const running = async (): Promise<KubeObject[]> =>
    (await listed()).filter((pod) => phaseOf(pod) === 'Running' && pod.metadata.deletionTimestamp === undefined);
  const end = async (pod: KubeObject, exitCode = 0): Promise<void> => {
    const finishedAt = new Date().toISOString().replace(/\.\d+/, '');
    const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
    const containerStatuses = [
      {
        name: 'c',
        image: 'one',
        imageID: 'one',
        ready: false,
        restartCount: 0,
        state: { terminated: { exitCode, finishedAt } },
      },
    ];
    const status = { phase, containerStatuses, conditions: [{ type: 'Ready', status: 'False' }] };
    await client
      .resource(pods, 'demo')
      .patch(pod.metadata.name ?? '', 'strategic', { status }, { subresource: 'status' });
  };
  const conditions = async (): Promise<string> =>
    (((await statusOf())['conditions'] ?? []) as Status[])
      .map(({ type, status, reason }) => `${type}=${status}:${reason}`)
      .join(' ');
  return { ...made, resource, listed, statusOf, running, end, conditions };
}

test('as many pods as asked for at a time, until as many have succeeded; each is counted once', async () => {
  const { resource, listed, statusOf, running, end, conditions, stop } = await demo();
  await resource.create(work({ parallelism: 2, completions: 3 }));
  await eventually('two run', async () => (await statusOf())['ready'] === 2);
  for (const pod of await running()) {
    assert.deepEqual(pod.metadata.finalizers, ['batch.kubernetes.io/job-tracking']);
    assert.equal(pod.metadata.labels?.['batch.kubernetes.io/job-name'], 'work');
    await end(pod);
  }
  await eventually('the third runs', async () => (await running()).length === 1);
  for (const pod of await running()) await end(pod);
  await eventually('it is complete', async () => (await conditions()).includes('Complete=True'));
  assert.equal(await conditions(), 'SuccessCriteriaMet=True:CompletionsReached Complete=True:CompletionsReached');
  const { succeeded, active, ready, terminating, uncountedTerminatedPods, completionTime, startTime } =
    await statusOf();
  assert.deepEqual(
    { succeeded, active, ready, terminating },
    { succeeded: 3, active: undefined, ready: 0, terminating: 0 },
  );
  assert.deepEqual(uncountedTerminatedPods, {});
  assert.ok(typeof completionTime === 'string' && typeof startTime === 'string');
  assert.ok((await listed()).every(({ metadata }) => metadata.finalizers === undefined));
  await stop();
});

test('a failure beyond the limit fails the Job, whose other pods go', async () => {
  const { resource, statusOf, running, end, conditions, stop } = await demo();
  await resource.create(work({ parallelism: 2, completions: 2, backoffLimit: 0 }));
  await eventually('two run', async () => (await running()).length === 2);
  const [first] = await running();
  if (first) await end(first, 1);
  await eventually('it has failed', async () => (await conditions()).includes('Failed=True'));
  assert.equal(await conditions(), 'FailureTarget=True:BackoffLimitExceeded Failed=True:BackoffLimitExceeded');
  const { failed, active } = await statusOf();
  assert.deepEqual({ failed, active }, { failed: 2, active: undefined });
  await eventually('no pod runs', async () => (await running()).length === 0);
  await stop();
});

test('an indexed Job has a pod for each index, with its number', async () => {
  const { resource, statusOf, running, end, conditions, stop } = await demo();
  await resource.create(work({ completionMode: 'Indexed', parallelism: 3, completions: 4, backoffLimitPerIndex: 0 }));
  await eventually('three run', async () => (await running()).length === 3);
  const [zero, one, two] = (await running()).toSorted(
    (left, right) => (completionIndex(left) ?? 0) - (completionIndex(right) ?? 0),
  );
  assert.deepEqual(
    [zero, one, two].map((pod) => pod && completionIndex(pod)),
    [0, 1, 2],
  );
  const spec = zero?.['spec'] as { hostname: string; containers: { env: { name: string }[] }[] };
  assert.equal(spec.hostname, 'work-0');
  assert.equal(spec.containers[0]?.env[0]?.name, 'JOB_COMPLETION_INDEX');
  if (zero) await end(zero);
  if (two) await end(two);
  if (one) await end(one, 3);
  await eventually('the last runs', async () => (await running()).some((pod) => completionIndex(pod) === 3));
  for (const pod of await running()) await end(pod);
  await eventually('it has failed at one index', async () =>
    (await conditions()).includes('Failed=True:FailedIndexes'),
  );
  const { completedIndexes, failedIndexes, succeeded, failed } = await statusOf();
  assert.deepEqual(
    { completedIndexes, failedIndexes, succeeded, failed },
    { completedIndexes: '0,2,3', failedIndexes: '1', succeeded: 3, failed: 1 },
  );
  await stop();
});

test('a suspended Job has no pods, and goes on where it was', async () => {
  const { resource, statusOf, running, end, conditions, stop } = await demo();
  await resource.create(work({ suspend: true }));
  await eventually('it says so', async () => (await conditions()) === 'Suspended=True:JobSuspended');
  assert.equal((await running()).length, 0);
  assert.equal((await statusOf())['startTime'], undefined);
  await resource.patch('work', 'merge', { spec: { suspend: false } });
  await eventually('its pod runs', async () => (await running()).length === 1);
  assert.equal(await conditions(), 'Suspended=False:JobResumed');
  await resource.patch('work', 'merge', { spec: { suspend: true } });
  await eventually('its pod is gone', async () => (await running()).length === 0);
  await resource.patch('work', 'merge', { spec: { suspend: false } });
  await eventually('another runs', async () => (await running()).length === 1);
  for (const pod of await running()) await end(pod);
  await eventually('it is complete', async () => (await conditions()).includes('Complete=True'));
  const { succeeded, failed } = await statusOf();
  assert.deepEqual({ succeeded, failed }, { succeeded: 1, failed: undefined });
  await stop();
});

test('exit codes decide: one fails the Job, another is no failure', async () => {
  const { resource, statusOf, running, end, conditions, stop } = await demo();
  const rules = [
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
    { action: 'Ignore', onExitCodes: { operator: 'In', values: [43] } },
  ];
  await resource.create(work({ backoffLimit: 0, podFailurePolicy: { rules } }));
  await eventually('it runs', async () => (await running()).length === 1);
  const [first] = await running();
  if (first) await end(first, 43);
  // What is ignored waits for its time to try again like any failure.
  await eventually('the ignored one is let go', async () => (await statusOf())['ready'] === 0);
  assert.equal((await statusOf())['failed'], undefined);
  await resource.delete('work', { propagationPolicy: 'Background' });
  await eventually('the Job is gone', async () => (await resource.list()).items.length === 0);
  await resource.create(work({ backoffLimit: 6, podFailurePolicy: { rules } }));
  await eventually('the next one runs', async () => (await running()).length === 1);
  for (const pod of await running()) await end(pod, 42);
  await eventually('it has failed', async () => (await conditions()).includes('Failed=True:PodFailurePolicy'));
  const [{ message } = {}] = (await statusOf())['conditions'] as Status[];
  assert.match(
    String(message),
    /^Container c for pod demo\/work-\w+ failed with exit code 42 matching FailJob rule at index 0$/,
  );
  await stop();
});

test('some indexes may be enough', async () => {
  const { resource, running, end, conditions, stop } = await demo();
  const successPolicy = { rules: [{ succeededIndexes: '0' }] };
  await resource.create(work({ completionMode: 'Indexed', parallelism: 2, completions: 2, successPolicy }));
  await eventually('both run', async () => (await running()).length === 2);
  for (const pod of await running()) if (completionIndex(pod) === 0) await end(pod);
  await eventually('it is complete', async () => (await conditions()).includes('Complete=True:SuccessPolicy'));
  await stop();
});

test('pods of a deleted Job are not held back', async () => {
  const { resource, listed, running, stop } = await demo();
  await resource.create(work());
  await eventually('it runs', async () => (await running()).length === 1);
  await resource.delete('work', { propagationPolicy: 'Background' });
  await eventually('its pod is gone', async () => (await listed()).length === 0);
  await stop();
});

test('a failure is waited for, though somebody changes the Job while it is counted', async () => {
  let counting = false;
  let conflicts = 0;
  const { resource, listed, statusOf, running, end, manager, stop } = await demo((exchange) => async (request) => {
    const isStatus = request.method === 'PUT' && request.path.endsWith('/jobs/work/status');
    if (isStatus && counting && conflicts++ === 0) {
      const conflict = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Conflict', code: 409 };
      return { status: 409, headers: {}, body: Buffer.from(JSON.stringify(conflict)) };
    }
    counting ||= isStatus && Buffer.from(request.body).toString().includes('"failed":["');
    return exchange(request);
  });
  await resource.create(work());
  await eventually('it runs', async () => (await running()).length === 1);
  for (const pod of await running()) await end(pod, 1);
  await eventually('it is counted', async () => (await statusOf())['failed'] === 1 && manager.idle);
  assert.ok(conflicts > 0);
  assert.equal((await listed()).length, 1);
  await stop();
});

test('a Job that is deleted in the foreground does not wait for a pod that no longer matches, nor that for the Job', async () => {
  const { resource, client, running, stop } = await demo();
  await resource.create(work({ parallelism: 1, completions: 1 }));
  await eventually('one runs', async () => (await running()).length === 1);
  const [pod] = await running();
  const { name = '', labels = {} } = pod?.metadata ?? {};
  const held = client.resource(pods, 'demo');
  await held.patch(name, 'strategic', { metadata: { finalizers: ['example.com/hold'] } });
  await resource.delete('work', { propagationPolicy: 'Foreground' });
  const none = Object.fromEntries(Object.keys(labels).map((label) => [label, null]));
  await held.patch(name, 'merge', { metadata: { labels: none } });
  await held.patch(name, 'strategic', { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/hold'] } });
  await eventually('the Job is gone', async () => (await resource.list()).items.length === 0);
  await stop();
});
