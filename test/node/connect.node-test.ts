/** Into running pods, on real containers, with the real kubectl, by WebSockets and by SPDY: through the tenant's API, within the tenant's rights. */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually, type Kubectl } from '../e2e/sublet-up.ts';
import {
  agnhost,
  applyObjects,
  busybox,
  nodeClusterUnavailable,
  useNodeCluster,
  type NodeHost,
} from './node-cluster.ts';
import { startNodeTenant, type NodeTenant } from './node-tenant.ts';

const unavailable = nodeClusterUnavailable();
const namespace = 'inside';

/** What was printed on each side, and how it ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function pod(name: string, containers: readonly object[], more: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { name } },
    spec: { terminationGracePeriodSeconds: 0, containers, ...more },
  };
}

const shell = (name: string, script: string, more: object = {}): object => ({
  name,
  image: busybox,
  command: ['sh', '-c', script],
  ...more,
});

if (unavailable !== undefined) {
  test('into the pods of a tenant', { skip: unavailable }, () => undefined);
} else {
  let host: NodeHost;
  let tenant: NodeTenant;
  let kubectl: Kubectl;

  /** Starts kubectl in the namespace; nothing is waited for. */
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
    spawn(host.kubectlPath, ['--kubeconfig', tenant.kubeconfig, '--namespace', namespace, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}, input: string | Buffer = ''): Promise<Ended> =>
    new Promise((resolve) => {
      const child = execFile(
        host.kubectlPath,
        ['--kubeconfig', tenant.kubeconfig, '--namespace', namespace, ...args],
        { env: { ...process.env, ...env }, timeout: 60_000, maxBuffer: 64 << 20 },
        (_error, out, err) => resolve({ code: child.exitCode, out, err }),
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
  /** No word of the host in what a tenant is told. */
  const isClean = (text: string): void => assert.doesNotMatch(text, /-x-|sublet-connect/, text);

  before(async () => {
    host = await useNodeCluster();
    tenant = await startNodeTenant(host, { name: 'connect' });
    kubectl = (...args) => tenant.kubectl('--namespace', namespace, ...args);
    await tenant.kubectl('create', 'namespace', namespace);
    await eventually(() => kubectl('get', 'serviceaccount', 'default'));
    const netexec = { name: 'web', image: agnhost, args: ['netexec', '--http-port=8080', '--udp-port=-1'] };
    await applyObjects(kubectl, host.folder, [
      pod('talker', [
        shell('main', 'echo hello; echo oops >&2; i=0; while true; do i=$((i+1)); echo line $i; sleep 1; done'),
        shell('other', 'echo other; sleep 10000'),
      ]),
      pod(
        'crashing',
        [
          shell('main', 'if [ -e /data/x ]; then echo second; sleep 10000; fi; touch /data/x; echo first; exit 3', {
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          }),
        ],
        { volumes: [{ name: 'data', emptyDir: {} }] },
      ),
      pod('reader', [shell('main', 'while read line; do echo "read $line"; done; sleep 10000', { stdin: true })]),
      pod('web', [{ ...netexec, ports: [{ containerPort: 8080 }] }]),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace },
        spec: { selector: { name: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
      },
      pod('unplaced', [shell('main', 'sleep 1')], { nodeSelector: { there: 'is-none' } }),
    ]);
    for (const name of ['talker', 'reader', 'web'])
      await kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=120s');
    await eventually(async () => assert.equal(await kubectl('logs', 'crashing'), 'second\n'), 90_000);
  });

  after(async () => {
    await tenant.stop();
    await host.stop();
  });

  test('logs: of a container, of all, of the run before, the last lines, with times', async () => {
    // What goes to both outputs at once comes in any order.
    const said = (await kubectl('logs', 'talker', '-c', 'main')).split('\n').slice(0, 3);
    assert.deepEqual(said.toSorted(), ['hello', 'line 1', 'oops']);
    assert.match(await kubectl('logs', 'talker', '--all-containers', '--prefix'), /^\[pod\/talker\/other\] other$/m);
    assert.equal(await kubectl('logs', 'crashing', '--previous'), 'first\n');
    assert.match(await kubectl('logs', 'talker', '-c', 'main', '--tail=1'), /^line \d+\n$/);
    assert.match(await kubectl('logs', 'talker', '-c', 'other', '--timestamps'), /^\d{4}-\d\d-\d\dT[\d:.]+Z other\n$/);
    assert.equal(await kubectl('logs', 'talker', '-c', 'main', '--limit-bytes=5'), 'hello');
    assert.doesNotMatch(await kubectl('logs', 'talker', '-c', 'main', '--since=2s'), /hello/);
  });

  test('a log that is followed comes line by line, and its end is the end of the host’s request', async () => {
    const child = start(['logs', '--follow', '--tail=0', 'talker', '-c', 'main']);
    const times: number[] = [];
    child.stdout?.on('data', (bytes: Buffer) =>
      times.push(...bytes.toString().trim().split('\n').map(Number.parseFloat)),
    );
    await eventually(async () => assert.ok(times.length >= 3), 30_000);
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('exit', resolve));
    await eventually(async () => {
      const metrics = await host.kubectl('get', '--raw', '/metrics');
      const open = /^apiserver_longrunning_requests\{[^}]*subresource="log"[^}]*\} (\d+)/m.exec(metrics)?.[1] ?? '0';
      assert.equal(open, '0');
    }, 30_000);
  });

  test('what goes wrong is said in the tenant’s words', async () => {
    const refusals: [args: string[], said: RegExp][] = [
      [['logs', 'talker', '-c', 'nope'], /container nope is not valid for pod talker/],
      [['logs', 'web', '--previous'], /previous terminated container "web" in pod "web" not found/],
      [['logs', 'absent'], /pods "absent" not found/],
      [['exec', 'unplaced', '--', 'true'], /pod unplaced does not have a host assigned/],
      [['exec', 'web', '--', 'no-such-program'], /no-such-program/],
      [
        ['get', '--raw', `/api/v1/namespaces/${namespace}/services/web:81/proxy/`],
        /no service port 81 found for service/,
      ],
      [['get', '--raw', `/api/v1/namespaces/${namespace}/pods/web:81/proxy/`], /refused/],
      [
        ['get', '--raw', `/api/v1/namespaces/${namespace}/pods/talker/exec?command=a&container=main`],
        /Upgrade request required/,
      ],
    ];
    for (const [args, said] of refusals) {
      const { code, err } = await run(args);
      assert.notEqual(code, 0, args.join(' '));
      assert.match(err, said);
      isClean(err);
    }
    assert.equal(await kubectl('logs', 'unplaced'), '');
  });

  const protocols: Record<string, NodeJS.ProcessEnv> = {
    WebSockets: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'true', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'true' },
    SPDY: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' },
  };
  for (const [protocol, env] of Object.entries(protocols)) {
    describe(`by ${protocol}`, () => {
      test('exec: both outputs, the exit code', async () => {
        const found = await run(
          ['exec', 'talker', '-c', 'main', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'],
          env,
        );
        assert.deepEqual([found.code, found.out], [7, 'out\n']);
        assert.match(found.err, /^err\n/);
      });

      test('exec: a megabyte in, and out again', async () => {
        const bytes = randomBytes(512 * 1024).toString('hex');
        const found = await run(['exec', '-i', 'talker', '-c', 'main', '--', 'cat'], env, bytes);
        assert.equal(found.code, 0, found.err);
        assert.ok(found.out === bytes);
      });

      test('exec: a terminal', async () => {
        const command = [host.kubectlPath, '--kubeconfig', tenant.kubeconfig, '--namespace', namespace];
        const line = [
          ...command,
          'exec',
          '-it',
          'talker',
          '-c',
          'main',
          '--',
          'sh',
          '-c',
          'tty; sleep 1; stty size',
        ].map((word) => `'${word}'`);
        const out = await new Promise<string>((resolve) => {
          const child = execFile(
            'script',
            ['-qec', `stty rows 33 cols 99; ${line.join(' ')}`, '/dev/null'],
            { env: { ...process.env, ...env }, timeout: 60_000 },
            (_error, said) => resolve(said),
          );
          child.stdin?.on('error', () => undefined);
        });
        assert.match(out, /\/dev\/pts\/\d+\r\n/);
        assert.match(out, /33 99/);
      });

      test('cp: there and back', async () => {
        const folder = join(host.folder, protocol);
        mkdirSync(folder, { recursive: true });
        const file = join(folder, 'there');
        const bytes = randomBytes(200_000);
        writeFileSync(file, bytes);
        const there = await run(['cp', file, 'talker:/tmp/copied', '-c', 'main'], env);
        assert.equal(there.code, 0, there.err);
        const back = await run(['cp', 'talker:/tmp/copied', join(folder, 'back'), '-c', 'main'], env);
        assert.equal(back.code, 0, back.err);
        assert.deepEqual(readFileSync(join(folder, 'back')), bytes);
      });

      test('attach: what is typed is read', async () => {
        const child = start(['attach', '-i', 'reader'], env);
        let out = '';
        child.stdout?.on('data', (bytes: Buffer) => (out += bytes.toString()));
        await eventually(async () => {
          child.stdin?.write(`${protocol}\n`);
          assert.match(out, new RegExp(`read ${protocol}\n`));
        }, 30_000);
        child.kill('SIGKILL');
      });

      test('port-forward: several requests, to a pod and to a service', async () => {
        for (const target of ['pod/web', 'service/web']) {
          const child = start(['port-forward', target, target === 'pod/web' ? ':8080' : ':80'], env);
          let out = '';
          child.stdout?.on('data', (bytes: Buffer) => (out += bytes.toString()));
          try {
            await eventually(async () => assert.match(out, /127\.0\.0\.1:(\d+)/), 30_000);
            const port = /127\.0\.0\.1:(\d+)/.exec(out)?.[1] ?? '';
            for (let count = 0; count < 3; count++) {
              const answer = await fetch(`http://127.0.0.1:${port}/echo?msg=${protocol}${count}`);
              assert.equal(await answer.text(), `${protocol}${count}`);
            }
          } finally {
            child.kill('SIGKILL');
          }
        }
      });
    });
  }

  test('proxy: to a pod and to a service, by ports of either kind', async () => {
    const raw = (path: string): Promise<string> => kubectl('get', '--raw', `/api/v1/namespaces/${namespace}/${path}`);
    for (const id of [
      'pods/web',
      'pods/web:8080',
      'pods/http:web:8080',
      'services/web:http',
      'services/web:80',
      'services/http:web:http',
    ])
      assert.equal(await raw(`${id}/proxy/echo?msg=a%20b%2Fc`), 'a b/c', id);
    assert.match(await raw(`services/web:http/proxy/header?key=X-Forwarded-For`), /\d/);
    assert.match(await raw(`pods/web/proxy/a/../hostname`), /^web$/);
  });

  test('proxy: what is sent is not limited, and not kept', async () => {
    const kubeconfig = readFileSync(tenant.kubeconfig, 'utf8');
    const found = (name: string): string => new RegExp(`${name}: "?([^"\\s]+)`).exec(kubeconfig)?.[1] ?? '';
    const [ca, cert, key] = ['certificate-authority-data', 'client-certificate-data', 'client-key-data'].map((name) =>
      Buffer.from(found(name), 'base64').toString(),
    );
    const size = 20 << 20;
    const path = `/api/v1/namespaces/${namespace}/pods/web:8080/proxy/upload`;
    const boundary = 'between';
    const answer = await new Promise<string>((resolve, reject) => {
      const outgoing = request(`${found('server')}${path}`, {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      });
      outgoing.once('error', reject);
      outgoing.once('response', (response) => {
        let said = '';
        response.on('data', (bytes: Buffer) => (said += bytes.toString()));
        response.once('end', () => resolve(said));
      });
      outgoing.write(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n`);
      outgoing.write(Buffer.alloc(size, 'x'));
      outgoing.end(`\r\n--${boundary}--\r\n`);
    });
    const file = /"output":"([^"]+)"/.exec(answer)?.[1] ?? '';
    assert.notEqual(file, '', answer);
    assert.equal(Number(await kubectl('exec', 'web', '--', 'sh', '-c', `wc -c < ${file}`)), size);
  });

  test('proxy: redirects lead back to the tenant’s API', async () => {
    const found = await run([
      'get',
      '--raw',
      `/api/v1/namespaces/${namespace}/services/web:http/proxy/redirect?location=/echo?msg=led&code=302`,
      '-v=8',
    ]);
    isClean(found.err.replaceAll(/^.*kubeconfig.*$/gm, ''));
    assert.equal(found.out, 'led', found.err);
  });

  test('who may only look at pods gets into none; whom a policy keeps out, too', async () => {
    const as = ['--as', 'somebody'];
    await kubectl('create', 'role', 'looks', '--verb=get,list', '--resource=pods,pods/exec,pods/log');
    await kubectl('create', 'rolebinding', 'looks', '--role=looks', '--user=somebody');
    assert.match((await run(['logs', 'web', ...as])).err, /^$/);
    for (const env of Object.values(protocols)) {
      const found = await run(['exec', 'web', ...as, '--', 'true'], env);
      assert.match(found.err, /cannot create resource "pods\/exec"/);
    }
    assert.match(
      (await run(['port-forward', 'web', ':8080', ...as])).err,
      /cannot create resource "pods\/portforward"/,
    );
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'no-shells' },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec'] }],
        },
        validations: [{ expression: "!('sh' in object.command)", message: 'no shells here' }],
      },
    };
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'no-shells' },
      spec: { policyName: 'no-shells', validationActions: ['Deny'] },
    };
    await applyObjects(tenant.kubectl, host.folder, [policy, binding]);
    await eventually(async () =>
      assert.match((await run(['exec', 'web', '--', 'sh', '-c', 'true'])).err, /no shells here/),
    );
    assert.equal((await run(['exec', 'web', '--', 'true'])).code, 0);
  });
}
