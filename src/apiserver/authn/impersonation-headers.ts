/** Whom a request wants to act as. Mirrors apiserver endpoints/filters/impersonation processImpersonationHeaders, v1.36. */
import type { ApiRequest } from '../../api/exchange.ts';
import { goQuote } from '../../api/go-text.ts';
import { headerValue, headerValues, prefixedHeaders } from '../../api/header-values.ts';
import { newBadRequest } from '../../api/status.ts';
import type { User } from '../../api/user.ts';

const extraPrefix = 'impersonate-extra-';

/** Just as the headers say; `undefined`: nobody else. @throws StatusError BadRequest when it is told all but the name */
export function impersonatedUser(request: Pick<ApiRequest, 'headers' | 'rawHeaders'>): User | undefined {
  if (!Object.keys(request.headers).some((name) => name.startsWith('impersonate-'))) return undefined;
  const name = headerValue(request, 'impersonate-user');
  const uid = headerValue(request, 'impersonate-uid');
  const groups = headerValues(request, 'impersonate-group');
  const extra = prefixedHeaders(request, extraPrefix);
  if (name !== '') return { name, uid, groups, extra };
  if (uid === '' && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
  throw newBadRequest(`requested ${goUser(uid, groups, extra)} without impersonating a user name`);
}

/** As Go's `%#v` shows it. */
function goUser(uid: string, groups: readonly string[], extra: Readonly<Record<string, readonly string[]>>): string {
  const list = (texts: readonly string[]): string =>
    texts.length === 0 ? '[]string(nil)' : `[]string{${texts.map(goQuote).join(', ')}}`;
  const entries = Object.entries(extra).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const map =
    entries.length === 0
      ? 'map[string][]string(nil)'
      : `map[string][]string{${entries.map(([key, values]) => `${goQuote(key)}:${list(values)}`).join(', ')}}`;
  return `&user.DefaultInfo{Name:"", UID:${goQuote(uid)}, Groups:${list(groups)}, Extra:${map}}`;
}
