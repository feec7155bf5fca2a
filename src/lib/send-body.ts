/** Bodies of outgoing HTTP requests, at the pace of who reads them. */
import type { ClientRequest } from 'node:http';

/** Ends the request with all of `body`. A body that breaks off breaks off the request: the server must not take what came for the whole. */
export async function sendBody(outgoing: ClientRequest, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  if (body instanceof Uint8Array) {
    outgoing.end(body.length > 0 ? body : undefined);
    return;
  }
  try {
    for await (const chunk of body) {
      if (outgoing.destroyed) return;
      if (!outgoing.write(chunk)) await roomIn(outgoing);
    }
    outgoing.end();
  } catch (error) {
    outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function roomIn(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.removeListener('drain', done);
      outgoing.removeListener('close', done);
      resolve();
    };
    outgoing.once('drain', done);
    outgoing.once('close', done);
    if (outgoing.destroyed) done();
  });
}
