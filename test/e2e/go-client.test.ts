import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { goClientUnavailable, runGoClient } from '../go-client/run.ts';
import { newStateFolder, removeStateFolder, startUp, type Up } from './sublet-up.ts';

const unavailable = goClientUnavailable();

if (unavailable !== undefined) {
  test('a Go client with informers', { skip: unavailable }, () => undefined);
} else {
  let up: Up;

  before(async () => {
    up = await startUp(await newStateFolder());
  });

  after(async () => {
    await up.interrupt();
    await removeStateFolder(up.folder);
  });

  test('a Go client with informers, typed and dynamic, finds a whole cluster', async () => {
    const results = await runGoClient(up.tenantKubeconfig);
    assert.ok(results.length >= 35, `${results.length} checks`);
    assert.deepEqual(
      results.filter(({ ok }) => !ok),
      [],
    );
  });
}
