/** How a role's API server finds out who asks: which authorities, keys and issuers it trusts. */
import { readFileSync } from 'node:fs';
import { authoritiesOf } from '../apiserver/authn/authorities.ts';
import { authenticationConfig } from '../apiserver/authn/authentication-config.ts';
import { unionAuthenticator, type Authenticator, type TokenAuthenticator } from '../apiserver/authn/authenticator.ts';
import { bearerTokenAuthenticator } from '../apiserver/authn/bearer-tokens.ts';
import { certificateAuthenticator } from '../apiserver/authn/certificates.ts';
import {
  defaultRequestHeaders,
  requestHeaderAuthenticator,
  type RequestHeaderOptions,
} from '../apiserver/authn/request-header.ts';
import { webSocketBearerAuthenticator } from '../apiserver/connect/websocket-bearer.ts';
import type { Clock } from '../lib/clock.ts';
import { createIssuer } from '../lib/x509/issue-certificate.ts';
import type { ControllerSecrets } from './controllers-role.ts';
import type { ServerConfig } from './role-config.ts';
import type { ComposedTokens } from './tokens-role.ts';

export interface IdentityParts {
  /** PEM; whose certificates are users'. */
  readonly clientAuthority: string;
  /** Absent: no front proxy is believed. */
  readonly requestHeader?: RequestHeaderOptions;
}

/** In upstream's order: the front proxy's word, certificates, tokens. `identity` absent: the TLS layer trusts nobody but users' authority. */
export function roleAuthenticator(
  clock: Clock,
  tokens: TokenAuthenticator,
  identity: IdentityParts | undefined,
): Authenticator {
  const proxy = identity?.requestHeader;
  return unionAuthenticator([
    ...(proxy ? [requestHeaderAuthenticator(proxy, clock)] : []),
    certificateAuthenticator(clock, proxy && authoritiesOf(identity.clientAuthority)),
    bearerTokenAuthenticator(tokens),
    webSocketBearerAuthenticator(tokens),
  ]);
}

/** What extension API servers are told. */
export function publishedAuthentication(identity: IdentityParts): Record<string, string> {
  return authenticationConfig(identity.clientAuthority, identity.requestHeader);
}

/** What the controllers of certificates and of accounts' tokens sign with. @throws Error for a file that can't be read */
export function controllerSecretsOf(config: ServerConfig, { legacy }: ComposedTokens): ControllerSecrets {
  const accountToken = legacy.issue;
  if (config.authorityKey === undefined) return { accountToken };
  const [certificate, key] = [config.authority, config.authorityKey].map((file) => readFileSync(file, 'utf8'));
  return { accountToken, signer: createIssuer(certificate ?? '', key ?? '') };
}

/** @throws Error for a file that can't be read */
export function identityOf(config: ServerConfig): IdentityParts {
  const clientAuthority = readFileSync(config.authority, 'utf8');
  if (config.requestHeaderAuthority === undefined) return { clientAuthority };
  const authority = readFileSync(config.requestHeaderAuthority, 'utf8');
  return {
    clientAuthority,
    requestHeader: { ...defaultRequestHeaders, allowedNames: [], ...config.requestHeader, authority },
  };
}
