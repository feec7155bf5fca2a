import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Logger } from '../lib/logger.ts';
import { createClient } from '../client/create-client.ts';
import { FakeApi } from '../client/fake-api.test-double.ts';
import { nodes } from './mirrors/nodes.ts';
import { removeUnseenMirrors } from './unseen-mirrors.ts';

async function started(refuses = false): Promise<{ readonly api: FakeApi; readonly warnings: string[] }> {
  let refusing = false;
  const refusal = { status: 500, headers: {}, body: Buffer.from('{"kind":"Status","code":500}') };
  const api = new FakeApi({ intercept: () => (refusing ? refusal : undefined) });
  const client = createClient('tenant', api.exchange, { userAgent: 'test' });
  const make = (name: string, annotations: Record<string, string>): Promise<unknown> =>
    client.resource(nodes.gvr).create({ apiVersion: 'v1', kind: 'Node', metadata: { name, annotations } });
  await make('mirror', { 'sublet.dev/mirrored': '{"name":"mirror","uid":"h1"}' });
  await make('own', {});
  await make('copied', { 'sublet.dev/mirrored': '{"name":"mirror","uid":"h1"}' });
  const warnings: string[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_details, message) => void warnings.push(message ?? ''),
    error: () => undefined,
    child: () => logger,
  };
  refusing = refuses;
  await removeUnseenMirrors(client, [nodes], logger).start();
  return { api, warnings };
}

test('what mirrored something goes when nothing is to be seen any more, and nothing else', async () => {
  const { api, warnings } = await started();
  assert.deepEqual(
    Array.from(api.objects.values(), ({ metadata }) => metadata.name),
    ['own', 'copied'],
  );
  assert.deepEqual(warnings, []);
});

test('a failure is told, and stops nobody', async () => {
  const { api, warnings } = await started(true);
  assert.equal(api.objects.size, 3);
  assert.deepEqual(warnings, ['what is no longer seen of the host was not removed']);
});

test('of what the tenant doesn’t serve there is nothing to remove', async () => {
  const notFound = { status: 404, headers: {}, body: Buffer.from('{"kind":"Status","code":404,"reason":"NotFound"}') };
  const api = new FakeApi({ intercept: () => notFound });
  const warnings: string[] = [];
  const nothing = (): void => undefined;
  const logger: Logger = {
    debug: nothing,
    info: nothing,
    warn: (_details, message) => void warnings.push(message ?? ''),
    error: nothing,
    child: () => logger,
  };
  await removeUnseenMirrors(createClient('tenant', api.exchange, { userAgent: 'test' }), [nodes], logger).start();
  assert.deepEqual(warnings, []);
});
