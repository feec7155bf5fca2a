/**
 * All defaults that upstream has in code, not in its schema: by the type's definition name, at the kind's own version. The walker
 * (`schema/default.ts`) calls a type's before those of the types within, as upstream's SetObjectDefaults functions do. All are
 * idempotent. Features that are off by default in the pinned version (MaxUnavailableStatefulSet, PodLogsQuerySplitStreams,
 * VolumeLimitScaling) are off here.
 */
import type { TypeDefaults } from '../../default.ts';
import { admissionregistrationDefaults } from './admissionregistration.ts';
import { apiextensionsDefaults } from './apiextensions.ts';
import { appsDefaults } from './apps.ts';
import { autoscalingDefaults } from './autoscaling.ts';
import { batchDefaults } from './batch.ts';
import { coreContainerDefaults } from './core-containers.ts';
import { coreObjectDefaults } from './core-objects.ts';
import { corePodDefaults } from './core-pods.ts';
import { coreServiceDefaults } from './core-services.ts';
import { coreVolumeDefaults } from './core-volumes.ts';
import { flowcontrolDefaults } from './flowcontrol.ts';
import { networkingDefaults } from './networking.ts';
import { rbacDefaults } from './rbac.ts';
import { resourceDefaults } from './resource.ts';
import { storageDefaults } from './storage.ts';

export const builtinTypeDefaults: TypeDefaults = {
  ...corePodDefaults,
  ...coreContainerDefaults,
  ...coreVolumeDefaults,
  ...coreServiceDefaults,
  ...coreObjectDefaults,
  ...admissionregistrationDefaults,
  ...apiextensionsDefaults,
  ...appsDefaults,
  ...autoscalingDefaults,
  ...batchDefaults,
  ...flowcontrolDefaults,
  ...networkingDefaults,
  ...rbacDefaults,
  ...resourceDefaults,
  ...storageDefaults,
};
