/** Calls to an API server under measurement, over HTTP/2 and TLS like those of any client. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Side } from '../../src/api/side.ts';
import type { Client } from '../../src/client/client.ts';
import { createClient } from '../../src/client/create-client.ts';
import { connectionExchange } from '../../src/main/connection-exchange.ts';
import { resolveKubeconfig, type Connection } from '../../src/tenancy/kubeconfig.ts';

export type { Connection } from '../../src/tenancy/kubeconfig.ts';

export interface Caller<S extends Side> {
  readonly client: Client<S>;
  readonly connection: Connection;
  close(): void;
}

export const namespaces = { group: '', version: 'v1', resource: 'namespaces' } as const;
export const pods = { group: '', version: 'v1', resource: 'pods' } as const;
export const deployments = { group: 'apps', version: 'v1', resource: 'deployments' } as const;

const pollMs = 5;
const patienceMs = 120_000;

export function call<S extends Side>(side: S, connection: Connection): Caller<S> {
  const { exchange, close } = connectionExchange(connection);
  return { client: createClient(side, exchange, { userAgent: 'bench' }), connection, close };
}

export async function callKubeconfig<S extends Side>(side: S, path: string): Promise<Caller<S>> {
  return call(side, await resolveKubeconfig(path));
}

/** Resolves when namespace `default` is there; `stillRuns` ends the waiting when it throws. */
export async function untilServing(connection: Connection, stillRuns: () => void): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const caller = call('tenant', connection);
    try {
      await caller.client.resource(namespaces).get('default');
      return;
    } catch (error) {
      stillRuns();
      if (performance.now() > deadline) throw new Error(`${connection.server} does not serve`, { cause: error });
    } finally {
      caller.close();
    }
    await sleep(pollMs);
  }
}

/** Tries until `look` finds something. @throws Error when the time is over */
export async function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`not seen in ${patienceMs / 1000} s: ${what}`);
    await sleep(50);
  }
}
