/** What a connector answers, for the client. */
import type { ApiResponse } from '../../api/exchange.ts';
import { newInternalError } from '../../api/status.ts';
import { responseHeaders } from '../aggregation/proxy-headers.ts';
import { switchedHeaders } from './connection-headers.ts';
import type { ConnectAnswer } from './pod-connector.ts';
import { tunnel } from './tunnel.ts';

/** `signal`: of the client, who may go before it was told. */
export function answerOf(answer: ConnectAnswer, signal: AbortSignal): ApiResponse {
  switch (answer.kind) {
    case 'response':
      return { status: answer.status, headers: responseHeaders(answer.headers), body: answer.body };
    case 'upgraded': {
      const { connection, headers } = answer;
      connection.on('error', () => undefined);
      signal.addEventListener('abort', () => connection.destroy(), { once: true });
      if (signal.aborted) connection.destroy();
      return {
        status: 101,
        headers: switchedHeaders(headers),
        body: new Uint8Array(),
        upgrade: (client) => tunnel(client, connection),
      };
    }
    case 'process':
      throw newInternalError('a program answers where none was asked for');
  }
}
