/** A real kube-apiserver as `test/attack/cluster.ts` has ours: callers are whoever the admin impersonates. */
import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue } from '../../../src/api/json.ts';
import type { User } from '../../../src/api/user.ts';
import type { Answer, Loose } from '../../attack/cluster.ts';
import { startUpstreamHost } from '../../host/upstream.ts';
import { Connection } from '../answer.ts';

/** What both sides can do. */
export interface Side {
  call(user: User | 'root', method: string, path: string, body?: JsonValue, type?: string): Promise<Answer>;
  close(): Promise<void>;
}

const settleTimeoutMs = 20_000;
const settlePauseMs = 20;

/** With its controllers: they aggregate roles. */
export async function startUpstreamSide(): Promise<Side> {
  const host = await startUpstreamHost();
  const connection = new Connection(host.server, { ca: host.ca, cert: host.clientCert, key: host.clientKey });
  const side: Side = {
    async call(user, method, path, body, type = 'application/json') {
      const { status, body: bytes } = await connection.send({
        method,
        path,
        headers: {
          accept: 'application/json',
          'user-agent': 'attack/1',
          ...(body === undefined ? {} : { 'content-type': type }),
          ...(user === 'root' ? {} : impersonated(user)),
        },
        body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
        // Of a watch only that it was let in.
        lines: undefined,
      });
      const text = bytes.toString();
      const parsed: Loose = text.startsWith('{') ? JSON.parse(text) : {};
      return { code: status, message: parsed.message ?? text, body: parsed };
    },
    async close() {
      connection.close();
      await host.stop();
    },
  };
  await until(async () => {
    const { body } = await side.call('root', 'GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/admin');
    // What view has gathered, through edit.
    return (body.rules ?? []).some(({ resources }: Loose) => resources.includes('limitranges'));
  });
  return side;
}

function impersonated({ name, groups }: User): Record<string, string | readonly string[]> {
  return { 'impersonate-user': name, ...(groups.length === 0 ? {} : { 'impersonate-group': groups }) };
}

/** Polls, for what upstream's caches learn a moment later. Throws when it takes too long. */
export async function until(reached: () => Promise<boolean>, timeoutMs = settleTimeoutMs): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await reached())) {
    if (Date.now() > end) throw new Error('upstream did not come so far in time');
    await sleep(settlePauseMs);
  }
}
