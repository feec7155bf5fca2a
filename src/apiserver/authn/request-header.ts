/**
 * Users as a front proxy names them in headers, which count only with that proxy's certificate. Mirrors apiserver
 * authentication/request/headerrequest and x509 Verifier.
 */
import type { ApiRequest } from '../../api/exchange.ts';
import { headerValue, headerValues, prefixedHeaders } from '../../api/header-values.ts';
import type { Clock } from '../../lib/clock.ts';
import { noCredentials, type Authentication, type Authenticator } from './authenticator.ts';
import { authoritiesOf } from './authorities.ts';
import { certificateReader } from './certificates.ts';

export interface RequestHeaderOptions {
  /** PEM; who signs the certificates of front proxies. */
  readonly authority: string;
  /** Common names that a front proxy's certificate may have; none: any. */
  readonly allowedNames: readonly string[];
  /** Of several headers the first that has a value counts. */
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  /** All values of all of them. */
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}

/** Upstream's usual names. */
export const defaultRequestHeaders: Omit<RequestHeaderOptions, 'authority' | 'allowedNames'> = {
  usernameHeaders: ['X-Remote-User'],
  uidHeaders: ['X-Remote-Uid'],
  groupHeaders: ['X-Remote-Group'],
  extraHeaderPrefixes: ['X-Remote-Extra-'],
};

/** @throws Error for an authority without certificates */
export function requestHeaderAuthenticator(options: RequestHeaderOptions, clock: Clock): Authenticator {
  const authorities = authoritiesOf(options.authority);
  const read = certificateReader(clock);
  const headers = lowerCase(options);
  return {
    authenticate(request): Authentication {
      const { peer } = request;
      if (peer?.certificateError !== undefined) return failed(peer.certificateError);
      if (peer?.certificate === undefined) return noCredentials;
      if (!authorities.vouchFor(peer)) return failed('certificate signed by unknown authority');
      const { commonName, timeError } = read(peer.certificate);
      if (timeError !== undefined) return failed(timeError);
      if (options.allowedNames.length > 0 && !options.allowedNames.includes(commonName)) {
        return failed(`subject with cn=${commonName} is not in the allowed list`);
      }
      return userOf(request, headers);
    },
  };
}

function userOf(
  request: ApiRequest,
  headers: Omit<RequestHeaderOptions, 'authority' | 'allowedNames'>,
): Authentication {
  const first = (names: readonly string[]): string =>
    names.map((name) => headerValue(request, name)).find((value) => value !== '') ?? '';
  const name = first(headers.usernameHeaders);
  if (name === '') return noCredentials;
  const extra = new Map<string, string[]>();
  for (const prefix of headers.extraHeaderPrefixes) {
    for (const [key, values] of Object.entries(prefixedHeaders(request, prefix))) {
      extra.set(key, [...(extra.get(key) ?? []), ...values]);
    }
  }
  const user = {
    name,
    uid: first(headers.uidHeaders),
    groups: headers.groupHeaders.flatMap((header) => headerValues(request, header)).filter((group) => group !== ''),
    extra: Object.fromEntries(extra),
  };
  return { outcome: 'authenticated', user };
}

function lowerCase(options: RequestHeaderOptions): RequestHeaderOptions {
  const lower = (names: readonly string[]): string[] => names.map((name) => name.trim().toLowerCase());
  return {
    ...options,
    usernameHeaders: lower(options.usernameHeaders),
    uidHeaders: lower(options.uidHeaders),
    groupHeaders: lower(options.groupHeaders),
    extraHeaderPrefixes: lower(options.extraHeaderPrefixes),
  };
}

function failed(error: string): Authentication {
  return { outcome: 'failed', error: `x509: ${error}` };
}
