/** Pods on simulated nodes do what their manifests say, as newcomers write them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { kubectlPath, upstreamUnavailable } from '../host/upstream.ts';
import { kubectlWith, newStateFolder, removeStateFolder, startUp, type Kubectl, type Up } from './sublet-up.ts';

const unavailable = upstreamUnavailable();

if (unavailable !== undefined) {
  test('simulated containers', { skip: unavailable }, () => undefined);
} else {
  let up: Up;
  let kubectl: Kubectl;

  before(async () => {
    up = await startUp(await newStateFolder());
    kubectl = kubectlWith(await kubectlPath(), up.tenantKubeconfig);
  });

  after(async () => {
    await up.interrupt();
    await removeStateFolder(up.folder);
  });

  const field = (what: string, path: string): Promise<string> => kubectl('get', what, '-o', `jsonpath={${path}}`);

  test('a Job whose command ends well is complete', async () => {
    await kubectl('create', 'job', 'well', '--image=busybox', '--', 'sh', '-c', 'sleep 1; echo done');
    await kubectl('wait', '--for=condition=Complete', 'job/well', '--timeout=60s');
    assert.equal(await field('job/well', '.status.succeeded'), '1');
  });

  test('one whose command fails is tried again, and has failed when it has been tried enough', async () => {
    await kubectl('create', 'job', 'ill', '--image=busybox', '--', 'sh', '-c', 'exit 3');
    await kubectl('patch', 'job', 'ill', '-p', '{"spec":{"backoffLimit":1}}');
    await kubectl('wait', '--for=condition=Failed', 'job/ill', '--timeout=90s');
    const exitCodes = '{.items[*].status.containerStatuses[0].state.terminated.exitCode}';
    const codes = await kubectl('get', 'pods', '-l', 'job-name=ill', '-o', `jsonpath=${exitCodes}`);
    assert.equal(codes, '3 3');
  });

  test('a pod that runs to its end has succeeded', async () => {
    await kubectl('run', 'once', '--image=busybox', '--restart=Never', '--', 'sleep', '1');
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/once', '--timeout=60s');
    assert.equal(await field('pod/once', '.status.containerStatuses[0].state.terminated.reason'), 'Completed');
  });

  test('a server is not ended, whatever its restart policy is', async () => {
    await kubectl('run', 'server', '--image=nginx', '--restart=Never');
    await kubectl('wait', '--for=condition=Ready', 'pod/server', '--timeout=60s');
  });

  test('a crash is followed by a restart and a back-off', async () => {
    await kubectl('run', 'crash', '--image=busybox', '--', 'false');
    const waiting = '{.status.containerStatuses[0].state.waiting.reason}';
    await kubectl('wait', `--for=jsonpath=${waiting}=CrashLoopBackOff`, 'pod/crash', '--timeout=60s');
    assert.equal(await field('pod/crash', '.status.containerStatuses[0].restartCount'), '1');
  });

  test('a rollout to an image that does not exist gets stuck, and says why', async () => {
    await kubectl('create', 'deployment', 'web', '--image=nginx');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await kubectl('set', 'image', 'deployment/web', 'nginx=nginx:does-not-exist');
    const waiting = '{.items[*].status.containerStatuses[0].state.waiting.reason}';
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=3s').then(
      () => assert.fail('it went through'),
      () => undefined,
    );
    assert.equal(await kubectl('get', 'pods', '-l', 'app=web', '-o', `jsonpath=${waiting}`), 'ImagePullBackOff');
    assert.equal(await field('deployment/web', '.status.readyReplicas'), '1');
  });
}
