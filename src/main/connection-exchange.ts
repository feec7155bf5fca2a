/** The way to an API server whose plain credentials are at hand. */
import { createHttpExchange, type HttpExchange } from '../client/http-exchange.ts';
import type { Connection } from '../tenancy/kubeconfig.ts';
import { realClock } from './real-clock.ts';

/** No connection is made before the first request. */
export function connectionExchange(connection: Connection): HttpExchange {
  const { server, certificateAuthority, clientCertificate, clientKey, token } = connection;
  return createHttpExchange({
    server,
    certificateAuthority,
    clock: realClock,
    ...(clientCertificate !== undefined && clientKey !== undefined
      ? { clientCertificate: () => ({ certificate: clientCertificate, key: clientKey }) }
      : {}),
    ...(token === undefined ? {} : { token: () => token }),
  });
}
