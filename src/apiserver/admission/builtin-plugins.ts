/** The plugins that are always on, in upstream's order. */
import type { Random } from '../../lib/random.ts';
import { claimResize } from './claim-resize.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { defaultIngressClass, defaultStorageClass } from './default-classes.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanges } from './limit-ranges.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { podSecurityAdmission } from './pod-security.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { priorityAdmission } from './priority.ts';
import type { QuotaLedger } from './quota-ledger.ts';
import { resourceQuotaAdmission } from './resource-quota.ts';
import { runtimeClassAdmission } from './runtime-class.ts';
import { serviceAccountAdmission } from './service-account.ts';
import { storageProtection } from './storage-protection.ts';

export function builtinAdmissionPlugins(
  cluster: ClusterReader,
  ledger: QuotaLedger,
  random: Random,
  policies: readonly AdmissionPlugin[] = [],
): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle(cluster),
    limitRanges(cluster),
    serviceAccountAdmission(cluster, random),
    podSecurityAdmission(cluster),
    priorityAdmission(cluster),
    defaultTolerationSeconds,
    runtimeClassAdmission(cluster),
    podTopologyLabels(cluster),
    defaultStorageClass(cluster),
    storageProtection,
    claimResize(cluster),
    defaultIngressClass(cluster),
    // They see what all others have made of an object.
    ...policies,
    // Last: what others refuse is not charged.
    resourceQuotaAdmission(ledger),
  ];
}
