/** Tokens of browsers, which can't set headers: among the protocols of a WebSocket. Mirrors apiserver authentication/request/websocket. */
import type { Authenticator, TokenAuthenticator } from '../authn/authenticator.ts';
import { noCredentials } from '../authn/authenticator.ts';
import { offersWebSocket } from './websocket.ts';
import { isBearerProtocol, protocolsOf, tokenOfProtocol } from './websocket-protocols.ts';

export function webSocketBearerAuthenticator(tokens: TokenAuthenticator): Authenticator {
  return {
    async authenticate(request) {
      if (!offersWebSocket(request)) return noCredentials;
      const protocols = protocolsOf(request.headers);
      const bearers = protocols.filter(isBearerProtocol);
      const [bearer] = bearers;
      if (bearer === undefined) return noCredentials;
      if (bearers.length > 1) return failed('multiple base64.bearer.authorization tokens specified');
      const token = tokenOfProtocol(bearer);
      if (token === undefined) return failed('invalid base64.bearer.authorization token encoding');
      if (token === '') return noCredentials;
      // There must be one to agree upon.
      if (protocols.length === 1) return failed('missing additional subprotocol');
      const result = await tokens.authenticateToken(token);
      return result.outcome === 'none' ? failed('invalid bearer token') : result;
    },
  };
}

function failed(error: string): { outcome: 'failed'; error: string } {
  return { outcome: 'failed', error };
}
