/**
 * What extension API servers must know to authenticate as we do: the ConfigMap `extension-apiserver-authentication` in `kube-system`. Mirrors
 * kubernetes pkg/controlplane/controller/clusterauthenticationtrust.
 */
import type { RequestHeaderOptions } from './request-header.ts';

export const authenticationConfigName = 'extension-apiserver-authentication';

/** The data of the ConfigMap. `clientAuthority`: PEM. */
export function authenticationConfig(
  clientAuthority: string | undefined,
  requestHeader: RequestHeaderOptions | undefined,
): Record<string, string> {
  const data: Record<string, string> = {};
  if (clientAuthority !== undefined) data['client-ca-file'] = clientAuthority;
  if (requestHeader === undefined) return data;
  const { authority, allowedNames, usernameHeaders, uidHeaders, groupHeaders, extraHeaderPrefixes } = requestHeader;
  data['requestheader-allowed-names'] = JSON.stringify(allowedNames);
  data['requestheader-client-ca-file'] = authority;
  data['requestheader-extra-headers-prefix'] = JSON.stringify(extraHeaderPrefixes);
  data['requestheader-group-headers'] = JSON.stringify(groupHeaders);
  data['requestheader-username-headers'] = JSON.stringify(usernameHeaders);
  if (uidHeaders.length > 0) data['requestheader-uid-headers'] = JSON.stringify(uidHeaders);
  return data;
}
