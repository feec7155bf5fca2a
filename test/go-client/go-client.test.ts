/** The Go client tells right from wrong: upstream's own control plane passes all of it, and who may do nothing is told so. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { startUpstreamHost, upstreamUnavailable, type UpstreamHost } from '../host/upstream.ts';
import { goClientUnavailable, runGoClient } from './run.ts';
import { parse, stringify } from 'yaml';

interface Kubeconfig {
  readonly users: readonly { readonly user: Record<string, unknown> }[];
}

suite('the Go client', { skip: upstreamUnavailable() ?? goClientUnavailable() ?? false }, () => {
  let host: UpstreamHost;
  before(async () => void (host = await startUpstreamHost()));
  after(() => host.stop());

  test('finds nothing wrong with upstream', async () => {
    const checks = await runGoClient(host.kubeconfig);
    assert.deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    );
    assert.ok(checks.length >= 35, `only ${checks.length} checks`);
  });

  test('runs what it is told to', async () => {
    const checks = await runGoClient(host.kubeconfig, {
      only: ['write.errors', 'write.dryRun'],
      skip: ['write.dryRun'],
    });
    assert.deepEqual(
      checks.map(({ check, ok }) => [check, ok]),
      [
        ['namespace', true],
        ['write.errors', true],
        ['namespace.delete', true],
      ],
    );
    await assert.rejects(
      runGoClient(host.kubeconfig, { skip: ['no-such-check'] }),
      /no check is called "no-such-check"/,
    );
  });

  test('says what it is refused', async () => {
    const kubeconfig = `${host.folder}/nobody.kubeconfig`;
    const admin: Kubeconfig = parse(await readFile(host.kubeconfig, 'utf8'));
    for (const { user } of admin.users) user['as'] = 'nobody';
    await writeFile(kubeconfig, stringify(admin));
    const checks = await runGoClient(kubeconfig);
    assert.deepEqual(
      checks.map(({ check, ok }) => [check, ok]),
      [['namespace', false]],
    );
    assert.match(checks[0]?.detail ?? '', /^namespaces is forbidden: User "nobody" cannot create/);
  });
});
