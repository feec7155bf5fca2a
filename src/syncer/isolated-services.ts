/** Services under the operator's policy: what it doesn't allow is refused where it is written, before the host gives anything for it. */
import { newForbidden } from '../api/status.ts';
import type { IsolationPolicy } from '../translate/policy/policy.ts';
import { serviceViolations } from '../translate/policy/services.ts';
import { violationsText } from '../translate/policy/judge.ts';
import { serviceSpec } from '../translate/services.ts';
import type { ServiceAddressGiver } from './service-addresses.ts';

/**
 * Rejects with Forbidden, in words for who writes the Service. One that was there before a policy became stricter may still be changed, as long as it
 * violates nothing more. Without a policy, `give` itself.
 */
export function isolatedAddresses(
  isolation: IsolationPolicy | undefined,
  give: ServiceAddressGiver,
): ServiceAddressGiver {
  const rules = isolation?.services;
  if (!rules) return give;
  return async (service, old, dryRun) => {
    const known = new Set(old ? serviceViolations(rules, serviceSpec(old)).map(({ text }) => text) : []);
    const violations = serviceViolations(rules, serviceSpec(service)).filter(({ text }) => !known.has(text));
    if (violations.length === 0) return give(service, old, dryRun);
    const words = `not allowed by the operator's policy: ${violationsText(violations)}`;
    throw newForbidden({ group: '', resource: 'services' }, service.metadata.name ?? '', words);
  };
}
