import type { Exchange } from '../../src/api/exchange.ts';
import type { Side } from '../../src/api/side.ts';
import type { Client } from '../../src/client/client.ts';
import { createClient } from '../../src/client/create-client.ts';

/**
 * A client of one who may do all. Each request but a watch has a signal of its own: clients share one that is never aborted, and what a crashed process leaves
 * hanging on it would stay for ever.
 */
export function clientOf<S extends Side>(side: S, exchange: Exchange, name: string): Client<S> {
  return createClient(
    side,
    (request) =>
      exchange(request.query.includes('watch=true') ? request : { ...request, signal: new AbortController().signal }),
    { user: { name, groups: ['system:masters'] }, userAgent: name },
  );
}
