/** The flow schemas and priority levels of a new cluster: upstream's, to the last rule. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../src/api/json.ts';
import { startCluster, type Cluster } from '../attack/cluster.ts';
import { startUpstreamHost, upstreamUnavailable, type UpstreamHost } from '../host/upstream.ts';
import { Connection } from './answer.ts';

interface List {
  readonly items: readonly { readonly metadata: JsonObject; readonly spec: JsonObject }[];
}

describe('of a new cluster', { skip: upstreamUnavailable() ?? false }, () => {
  let host: UpstreamHost;
  let cluster: Cluster;
  before(async () => {
    [host, cluster] = await Promise.all([startUpstreamHost({ controllers: false }), startCluster()]);
  });
  after(() => Promise.all([host.stop(), cluster.close()]));

  const own = ({ items }: List) =>
    items.map(({ metadata: { name, annotations = null, labels = null, generation = 0 }, spec }) => ({
      name,
      annotations,
      labels,
      generation,
      spec,
    }));

  for (const plural of ['flowschemas', 'prioritylevelconfigurations']) {
    test(plural, async () => {
      const path = `/apis/flowcontrol.apiserver.k8s.io/v1/${plural}`;
      const connection = new Connection(host.server, { ca: host.ca, cert: host.clientCert, key: host.clientKey });
      const answer = await connection.send({
        method: 'GET',
        path,
        headers: {},
        body: new Uint8Array(),
        lines: undefined,
      });
      connection.close();
      // A list of these kinds.
      const upstream = JSON.parse(answer.body.toString()) as List;
      const { body } = await cluster.admin.get(path);
      assert.ok(upstream.items.length > 0);
      assert.deepEqual(own(body as List), own(upstream));
    });
  }
});
