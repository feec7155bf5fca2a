import { after, before, describe, test } from 'node:test';
import { startUpstreamHost, upstreamUnavailable, type UpstreamHost } from '../host/upstream.ts';
import { testFurtherKinds } from './further-kinds.ts';

const unavailable = upstreamUnavailable();

if (unavailable !== undefined) {
  test('further kinds', { skip: unavailable }, () => undefined);
} else {
  describe('on the embedded host', () => testFurtherKinds(() => undefined));

  describe('on an upstream host', () => {
    let cluster: UpstreamHost;
    before(async () => {
      cluster = await startUpstreamHost({ controllers: true });
    });
    after(() => cluster.stop());
    testFurtherKinds(() => cluster.kubeconfig);
  });
}
