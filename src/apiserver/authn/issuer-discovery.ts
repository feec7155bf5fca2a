/** Where others find the keys of our service-account tokens. Mirrors kubernetes pkg/serviceaccount openidmetadata.go. */
import type { ApiResponse } from '../../api/exchange.ts';
import type { PathHandler } from '../path-handler.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';

/** `address`: of the API server, as others reach it: `10.0.0.1:443`. */
export function issuerDiscovery(tokens: ServiceAccountTokens, address: string): PathHandler {
  const { keys } = tokens.keySet();
  const algorithms = Array.isArray(keys) ? keys.map((key) => (key as { alg: string }).alg) : [];
  const configuration = {
    issuer: tokens.issuer,
    jwks_uri: `https://${address}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(algorithms)],
  };
  return {
    paths: ['/.well-known/openid-configuration', '/openid/v1/jwks'],
    handle({ info }): ApiResponse {
      const isKeys = info.path === '/openid/v1/jwks';
      const contentType = isKeys ? 'application/jwk-set+json' : 'application/json';
      return {
        status: 200,
        headers: { 'content-type': contentType, 'cache-control': 'public, max-age=3600' },
        body: Buffer.from(JSON.stringify(isKeys ? tokens.keySet() : configuration)),
      };
    },
  };
}
