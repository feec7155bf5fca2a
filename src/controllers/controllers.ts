/** The built-in controllers, each listed once. */
import type { Side } from '../api/side.ts';
import type { Controller } from '../controller/controller.ts';
import { allOn } from '../lib/switches.ts';
import type { BuiltinController, ControllerContext } from './builtin-controller.ts';
import { approvingController } from './certificatesigning/approving-controller.ts';
import { cleanerController } from './certificatesigning/cleaner-controller.ts';
import { signingController } from './certificatesigning/signing-controller.ts';
import { cronJobController } from './cronjob/cronjob-controller.ts';
import { daemonSetController } from './daemonset/daemonset-controller.ts';
import { deploymentController } from './deployment/deployment-controller.ts';
import { disruptionController } from './disruption/disruption-controller.ts';
import { endpointsController } from './endpoints/endpoints-controller.ts';
import { endpointSliceController } from './endpointslice/endpointslice-controller.ts';
import { endpointSliceMirroringController } from './endpointslicemirroring/endpointslicemirroring-controller.ts';
import { ephemeralVolumeController } from './ephemeralvolume/ephemeralvolume-controller.ts';
import { garbageCollector } from './garbagecollector/garbagecollector-controller.ts';
import { horizontalPodAutoscalerController } from './horizontalpodautoscaler/horizontalpodautoscaler-controller.ts';
import { jobController } from './job/job-controller.ts';
import { legacyTokenCleaner } from './legacytokencleaner/legacytokencleaner-controller.ts';
import { namespaceController } from './namespace/namespace-controller.ts';
import { podGarbageCollector } from './podgc/podgc-controller.ts';
import { attributesClassProtection, claimProtection, volumeProtection } from './protection/protection-controller.ts';
import { replicaSetController, replicationController } from './replicaset/replicaset-controller.ts';
import { resourceClaimController } from './resourceclaim/resourceclaim-controller.ts';
import { resourceQuotaController } from './resourcequota/resourcequota-controller.ts';
import { rootCaController } from './root-ca/root-ca-controller.ts';
import { selectControllers } from './selection.ts';
import { serviceAccountController } from './serviceaccount/serviceaccount-controller.ts';
import { serviceAccountTokenController } from './serviceaccount-token/serviceaccount-token-controller.ts';
import { serviceCidrController } from './servicecidr/servicecidr-controller.ts';
import { statefulSetController } from './statefulset/statefulset-controller.ts';
import { taintEvictionController } from './taint-eviction/taint-eviction-controller.ts';
import { ttlAfterFinishedController } from './ttlafterfinished/ttlafterfinished-controller.ts';
import { validatingPolicyStatusController } from './validatingadmissionpolicy-status/validatingadmissionpolicy-status-controller.ts';

const builtinControllers: readonly BuiltinController[] = [
  namespaceController,
  serviceAccountController,
  rootCaController,
  garbageCollector,
  daemonSetController,
  deploymentController,
  replicaSetController,
  replicationController,
  statefulSetController,
  jobController,
  cronJobController,
  ttlAfterFinishedController,
  resourceQuotaController,
  disruptionController,
  taintEvictionController,
  horizontalPodAutoscalerController,
  podGarbageCollector,
  ephemeralVolumeController,
  resourceClaimController,
  serviceCidrController,
  claimProtection,
  volumeProtection,
  attributesClassProtection,
  endpointSliceController,
  endpointSliceMirroringController,
  endpointsController,
  serviceAccountTokenController,
  legacyTokenCleaner,
  approvingController,
  signingController,
  cleanerController,
  validatingPolicyStatusController,
];

/** The names of all, as upstream calls them. */
export const builtinControllerNames: readonly string[] = builtinControllers.map(({ name }) => name);

/** Those that `selection` switches on. @throws Error for a name that no controller has. */
export function createControllers<S extends Side>(
  context: ControllerContext<S>,
  selection: readonly string[] = allOn,
): Controller[] {
  const selected = selectControllers(builtinControllerNames, selection);
  return builtinControllers
    .filter(({ name }) => selected.includes(name))
    .map((controller) => controller.create(context));
}
