import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { goOperatorUnavailable, runGoOperator } from '../go-operator/run.ts';
import { newStateFolder, removeStateFolder, startUp, type Up } from './sublet-up.ts';

const unavailable = goOperatorUnavailable();

if (unavailable !== undefined) {
  test('an operator on controller-runtime', { skip: unavailable }, () => undefined);
} else {
  let up: Up;

  before(async () => {
    up = await startUp(await newStateFolder());
  });

  after(async () => {
    await up.interrupt();
    await removeStateFolder(up.folder);
  });

  test('an operator on controller-runtime, with its defaults, works unchanged', async () => {
    const results = await runGoOperator(up.tenantKubeconfig);
    assert.ok(results.length >= 17, `${results.length} checks`);
    assert.deepEqual(
      results.filter(({ ok }) => !ok),
      [],
    );
  });
}
