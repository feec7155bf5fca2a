/** The built-in resources that have a file: what code adds to their schemas. */
import type { ResourceDefinition } from '../resource-definition.ts';
import { mutatingadmissionpolicies } from './admissionregistration/mutatingadmissionpolicies.ts';
import { mutatingadmissionpolicybindings } from './admissionregistration/mutatingadmissionpolicybindings.ts';
import { mutatingwebhookconfigurations } from './admissionregistration/mutatingwebhookconfigurations.ts';
import { validatingadmissionpolicies } from './admissionregistration/validatingadmissionpolicies.ts';
import { validatingadmissionpolicybindings } from './admissionregistration/validatingadmissionpolicybindings.ts';
import { validatingwebhookconfigurations } from './admissionregistration/validatingwebhookconfigurations.ts';
import { customresourcedefinitions } from './apiextensions/customresourcedefinitions.ts';
import { apiservices } from './apiregistration/apiservices.ts';
import { controllerrevisions } from './apps/controllerrevisions.ts';
import { daemonsets } from './apps/daemonsets.ts';
import { deployments } from './apps/deployments.ts';
import { replicasets } from './apps/replicasets.ts';
import { statefulsets } from './apps/statefulsets.ts';
import { horizontalpodautoscalers } from './autoscaling/horizontalpodautoscalers.ts';
import { cronjobs } from './batch/cronjobs.ts';
import { jobs } from './batch/jobs.ts';
import { certificatesigningrequests } from './certificates/certificatesigningrequests.ts';
import { leases } from './coordination/leases.ts';
import { componentstatuses } from './core/componentstatuses.ts';
import { configmaps } from './core/configmaps.ts';
import { endpoints } from './core/endpoints.ts';
import { events } from './core/events.ts';
import { limitranges } from './core/limitranges.ts';
import { namespaces } from './core/namespaces.ts';
import { nodes } from './core/nodes.ts';
import { persistentvolumeclaims } from './core/persistentvolumeclaims.ts';
import { persistentvolumes } from './core/persistentvolumes.ts';
import { pods } from './core/pods.ts';
import { podtemplates } from './core/podtemplates.ts';
import { replicationcontrollers } from './core/replicationcontrollers.ts';
import { resourcequotas } from './core/resourcequotas.ts';
import { secrets } from './core/secrets.ts';
import { serviceaccounts } from './core/serviceaccounts.ts';
import { services } from './core/services.ts';
import { endpointslices } from './discovery/endpointslices.ts';
import { newEvents } from './events/events.ts';
import { flowschemas } from './flowcontrol/flowschemas.ts';
import { prioritylevelconfigurations } from './flowcontrol/prioritylevelconfigurations.ts';
import { ingressclasses } from './networking/ingressclasses.ts';
import { ingresses } from './networking/ingresses.ts';
import { ipaddresses } from './networking/ipaddresses.ts';
import { networkpolicies } from './networking/networkpolicies.ts';
import { servicecidrs } from './networking/servicecidrs.ts';
import { runtimeclasses } from './node/runtimeclasses.ts';
import { poddisruptionbudgets } from './policy/poddisruptionbudgets.ts';
import { clusterrolebindings } from './rbac/clusterrolebindings.ts';
import { clusterroles } from './rbac/clusterroles.ts';
import { rolebindings } from './rbac/rolebindings.ts';
import { roles } from './rbac/roles.ts';
import { deviceclasses } from './resource/deviceclasses.ts';
import { resourceclaims } from './resource/resourceclaims.ts';
import { resourceclaimtemplates } from './resource/resourceclaimtemplates.ts';
import { resourceslices } from './resource/resourceslices.ts';
import { priorityclasses } from './scheduling/priorityclasses.ts';
import { csidrivers } from './storage/csidrivers.ts';
import { csinodes } from './storage/csinodes.ts';
import { csistoragecapacities } from './storage/csistoragecapacities.ts';
import { storageclasses } from './storage/storageclasses.ts';
import { volumeattachments } from './storage/volumeattachments.ts';
import { volumeattributesclasses } from './storage/volumeattributesclasses.ts';

export const builtinResourceDefinitions: readonly ResourceDefinition[] = [
  mutatingadmissionpolicies,
  mutatingadmissionpolicybindings,
  mutatingwebhookconfigurations,
  validatingadmissionpolicies,
  validatingadmissionpolicybindings,
  validatingwebhookconfigurations,
  customresourcedefinitions,
  apiservices,
  controllerrevisions,
  daemonsets,
  deployments,
  replicasets,
  statefulsets,
  horizontalpodautoscalers,
  cronjobs,
  jobs,
  certificatesigningrequests,
  leases,
  componentstatuses,
  configmaps,
  endpoints,
  events,
  limitranges,
  namespaces,
  nodes,
  persistentvolumeclaims,
  persistentvolumes,
  pods,
  podtemplates,
  replicationcontrollers,
  resourcequotas,
  secrets,
  serviceaccounts,
  services,
  endpointslices,
  newEvents,
  flowschemas,
  prioritylevelconfigurations,
  ingressclasses,
  ingresses,
  ipaddresses,
  networkpolicies,
  servicecidrs,
  runtimeclasses,
  poddisruptionbudgets,
  clusterrolebindings,
  clusterroles,
  rolebindings,
  roles,
  deviceclasses,
  resourceclaims,
  resourceclaimtemplates,
  resourceslices,
  priorityclasses,
  csidrivers,
  csinodes,
  csistoragecapacities,
  storageclasses,
  volumeattachments,
  volumeattributesclasses,
];
