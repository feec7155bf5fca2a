/** What an operator lets Services be. Pure. */
import { cidrContains, parseCidr, parseIp } from '../../api/ip-address.ts';
import type { JsonObject } from '../../api/json.ts';
import { textAt } from '../../api/json-fields.ts';
import { listed } from './containers.ts';
import type { ServiceRules, Violation } from './policy.ts';

/** `spec`: of the Service, with its type filled in or not. */
export function serviceViolations({ types, externalIPs }: ServiceRules, spec: JsonObject): readonly Violation[] {
  const type = textAt(spec, 'type') || 'ClusterIP';
  const wrongType =
    types && !types.some((allowed) => allowed === type)
      ? [{ field: 'spec.type', text: `${type} is not allowed; ${listed(types)} may be used` }]
      : [];
  return [...wrongType, ...(externalIPs ? wrongAddresses(externalIPs, spec) : [])];
}

/** Whoever may claim any address gets what is sent to it (CVE-2020-8554). */
function wrongAddresses(blocks: readonly string[], spec: JsonObject): readonly Violation[] {
  const given = spec['externalIPs'];
  // Some load balancers take it as the address to have.
  const asked = [
    ...(Array.isArray(given)
      ? given.map((address) => ['externalIPs', typeof address === 'string' ? address : ''] as const)
      : []),
    ...(textAt(spec, 'loadBalancerIP') === '' ? [] : [['loadBalancerIP', textAt(spec, 'loadBalancerIP')] as const]),
  ];
  return asked
    .filter(([, address]) => !blocks.some((block) => isWithin(block, address)))
    .map(([field, address]) => ({
      field: `spec.${field}`,
      text: `${address} is not allowed; addresses of ${listed(blocks)} may be used`,
    }));
}

function isWithin(block: string, address: string): boolean {
  const [prefix, ip] = [parseCidr(block), parseIp(address)];
  return prefix !== undefined && ip !== undefined && cidrContains(prefix, ip);
}
