/** The metrics APIs of both sides: one extension server, which answers by path what a scenario says. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeExtensionServer } from '../../../src/apiserver/aggregation/extension-server.test-double.ts';
import type { JsonValue } from '../../../src/api/json.ts';
import type { Client } from '../../../src/client/client.ts';
import type { ServerCredentials } from '../sublet-server.ts';

const patienceMs = 60_000;

/** By path, without the query. */
export type Answers = ReadonlyMap<string, JsonValue>;

const apis = [
  { group: 'metrics.k8s.io', version: 'v1beta1' },
  { group: 'custom.metrics.k8s.io', version: 'v1beta2' },
  { group: 'external.metrics.k8s.io', version: 'v1beta1' },
] as const;

export async function startMetricsServer(
  { users, frontProxies }: ServerCredentials,
  answers: Answers,
): Promise<FakeExtensionServer> {
  const server = await FakeExtensionServer.start({
    authority: users,
    frontProxyAuthority: frontProxies,
    frontProxy: frontProxies,
    stranger: users,
  });
  const discover = (request: IncomingMessage, response: ServerResponse): void => {
    const api = apis.find(({ group, version }) => request.url === `/apis/${group}/${version}`);
    if (!api) return void response.writeHead(404).end('404 page not found\n');
    const groupVersion = `${api.group}/${api.version}`;
    answer(response, 200, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [] });
  };
  server.discover = discover;
  server.answer = (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (!path.includes('/namespaces/')) return discover(request, response);
    const found = answers.get(path);
    if (found !== undefined) return answer(response, 200, found);
    const message = `nothing is known at ${path}`;
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, message };
    answer(response, 404, status);
  };
  return server;
}

/** Resolves when the API server passes requests on. */
export async function aggregateMetrics(client: Client<'host'>, port: number, authority: string): Promise<void> {
  const core = (resource: string) => ({ group: '', version: 'v1', resource });
  await client.resource(core('namespaces')).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  await client.resource(core('services'), 'ns').create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'svc' },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  });
  const registered = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' };
  for (const { group, version } of apis) {
    await client.resource(registered).create({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: 'ns', name: 'svc', port },
        caBundle: Buffer.from(authority).toString('base64'),
      },
    });
  }
  const deadline = performance.now() + patienceMs;
  for (const { group, version } of apis) {
    while (!(await isThere(client, `/apis/${group}/${version}`))) {
      if (performance.now() > deadline) throw new Error(`${group} is not served`);
      await sleep(100);
    }
  }
}

async function isThere(client: Client<'host'>, path: string): Promise<boolean> {
  try {
    await client.getPath(path);
    return true;
  } catch {
    return false;
  }
}

function answer(response: ServerResponse, status: number, body: JsonValue): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
