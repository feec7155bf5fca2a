/**
 * What a cluster has from its first second: the namespaces, the priority classes of the system, and the Service by which pods find
 * the API server. Mirrors kubernetes pkg/controlplane (systemnamespaces, kubernetesservice) and scheduling/rest.
 */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { StatusError } from '../../api/status.ts';
import { authenticationConfigName } from '../authn/authentication-config.ts';
import type { GenericStore } from './generic-store.ts';
import { managedFieldsAfterUpdate } from './managed-fields/managed-fields.ts';
import { managedScope } from './managed-fields/scope.ts';
import { flowSchemas, priorityLevels, type FlowControlObject } from './resources/flowcontrol/bootstrap-objects.ts';
import type { ResourceRegistry } from './resource-registry.ts';
import { viewAs } from './resources/view.ts';
import type { WriteAdmission, WriteContext } from './write-context.ts';

export interface BootstrapOptions {
  readonly store: GenericStore;
  readonly resources: ResourceRegistry;
  /** Absent: there is no Service `kubernetes`; somebody else keeps it. */
  readonly kubernetesService?: KubernetesService;
  /** From which Services get their addresses, where it is known: the ServiceCIDR `kubernetes`. */
  readonly serviceCidrs?: readonly string[];
  /** What extension API servers are told of authentication; see authn/authentication-config.ts. */
  readonly authentication?: Readonly<Record<string, string>>;
}

export interface KubernetesService {
  /** Of the Service; empty: as any Service gets one. */
  readonly clusterIp: string;
  /** Where the API server itself is reached. */
  readonly address: string;
  readonly port: number;
}

interface WithConditions {
  readonly metadata: ObjectMeta;
  readonly status?: { readonly conditions?: readonly JsonObject[] };
}

const systemNamespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'default'];
const priorityClasses = [
  {
    name: 'system-node-critical',
    value: 2000001000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2000000000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];
/** Mirrors pkg/controlplane/controller/legacytokentracking, v1.36. */
const tokenTrackingName = 'kube-apiserver-legacy-service-account-token-tracking';
const httpsPort = 443;
/** As upstream's server calls itself. */
const managerName = 'kube-apiserver';
const noAdmission: WriteAdmission = { mutate: () => Promise.resolve(), validate: () => Promise.resolve() };

/** Creates what is missing, and brings the address of the API server up to date. Idempotent; to be called at every start. */
export async function bootstrapCluster(options: BootstrapOptions): Promise<void> {
  for (const name of systemNamespaces) await ensure(options, '', 'namespaces', '', { metadata: { name } });
  for (const { name, ...fields } of priorityClasses) {
    await ensure(options, 'scheduling.k8s.io', 'priorityclasses', '', { metadata: { name }, ...fields });
  }
  await ensureFlowControl(options);
  if (options.authentication) {
    const config = { metadata: { name: authenticationConfigName }, data: { ...options.authentication } };
    await ensure(options, '', 'configmaps', 'kube-system', config, ['data']);
  }
  // Since when the use of tokens in Secrets is noted (authn/legacy-tokens): kube-controller-manager's cleaner of unused ones begins to count then.
  const since = new Date(options.store.clock.now()).toISOString().slice(0, 'yyyy-mm-dd'.length);
  await ensure(options, '', 'configmaps', 'kube-system', { metadata: { name: tokenTrackingName }, data: { since } });
  if (options.serviceCidrs) await ensureServiceCidr(options, options.serviceCidrs);
  if (!options.kubernetesService) return;
  const { clusterIp, address, port } = options.kubernetesService;
  await ensure(options, '', 'services', 'default', {
    metadata: { name: 'kubernetes', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ...(clusterIp === '' ? {} : { clusterIP: clusterIp }),
      ports: [{ name: 'https', protocol: 'TCP', port: httpsPort, targetPort: port }],
    },
  });
  await ensureEndpoints(options, address, port);
}

const flowControlGroup = 'flowcontrol.apiserver.k8s.io';
/** Upstream brings what has it up to date; who changes a suggested one takes it away. */
const flowControlAnnotations = { 'apf.kubernetes.io/autoupdate-spec': 'true' };
const flowControlManager = 'api-priority-and-fairness-config-producer-v1';

/** Mirrors pkg/registry/flowcontrol/rest and ensurer. All at once: they are written in one go. */
async function ensureFlowControl(options: BootstrapOptions): Promise<void> {
  const all = (plural: string, objects: readonly FlowControlObject[]) =>
    objects.map(({ name, spec }) =>
      ensure(
        options,
        flowControlGroup,
        plural,
        '',
        { metadata: { name, annotations: flowControlAnnotations }, spec: structuredClone(spec) },
        [],
        flowControlManager,
      ),
    );
  await Promise.all([...all('prioritylevelconfigurations', priorityLevels), ...all('flowschemas', flowSchemas)]);
}

/** Mirrors pkg/controlplane defaultservicecidr, v1.36: made once and said to be ready; what it says then is its users'. */
async function ensureServiceCidr(options: BootstrapOptions, cidrs: readonly string[]): Promise<void> {
  const { store, resources } = options;
  const name = 'kubernetes';
  await ensure(options, 'networking.k8s.io', 'servicecidrs', '', { metadata: { name }, spec: { cidrs: [...cidrs] } });
  const resource = resources.find('networking.k8s.io', 'v1', 'servicecidrs');
  if (!resource) throw new Error('servicecidrs are always served');
  const context = contextOf(store);
  const ready = {
    type: 'Ready',
    status: 'True',
    lastTransitionTime: new Date(context.now).toISOString().replace(/\.\d+/, ''),
    reason: '',
    message: 'Kubernetes default Service CIDR is ready',
  };
  await store.update({
    resource,
    namespace: '',
    name,
    part: 'status',
    make: (old) => {
      const next: KubeObject = old?.decode() ?? {
        apiVersion: resource.apiVersion,
        kind: resource.kind,
        metadata: { name },
      };
      if (!viewAs<WithConditions>(next).status?.conditions?.length) next['status'] = { conditions: [ready] };
      return Promise.resolve(next);
    },
    context,
    admission: noAdmission,
  });
}

function contextOf({ clock }: GenericStore): WriteContext {
  return {
    user: { name: 'system:apiserver', groups: ['system:masters'] },
    now: clock.now(),
    warnings: [],
    dryRun: false,
  };
}

async function ensureEndpoints(options: BootstrapOptions, address: string, port: number): Promise<void> {
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  await ensure(
    options,
    'discovery.k8s.io',
    'endpointslices',
    'default',
    {
      metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: address.includes(':') ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    },
    ['endpoints', 'ports'],
  );
  await ensure(
    options,
    '',
    'endpoints',
    'default',
    {
      metadata: { name: 'kubernetes', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: address }], ports }],
    },
    ['subsets'],
  );
}

/** `current`: the fields that are ours, whatever is there. */
async function ensure(
  { store, resources }: BootstrapOptions,
  group: string,
  plural: string,
  namespace: string,
  fields: JsonObject & { readonly metadata: JsonObject & { readonly name: string } },
  current: readonly string[] = [],
  manager = managerName,
): Promise<void> {
  const resource = resources.find(group, 'v1', plural);
  if (!resource) throw new Error(`${plural} are always served`);
  const { name } = fields.metadata;
  // Made here, with metadata and all.
  const object = { ...fields, apiVersion: resource.apiVersion, kind: resource.kind } as KubeObject;
  if (namespace !== '') object.metadata.namespace = namespace;
  resource.applyDefaults(object);
  const context = contextOf(store);
  if (!(await store.find({ resource, namespace, name }))) {
    const scope = managedScope(resources, resource, '');
    const write = { scope, live: undefined, next: object, manager, now: context.now };
    const managedFields = managedFieldsAfterUpdate(write);
    if (managedFields) object.metadata['managedFields'] = managedFields;
    try {
      await store.create({ resource, namespace, object, context, admission: noAdmission });
      return;
    } catch (error) {
      // Another replica was faster.
      if (!(error instanceof StatusError && error.status.reason === 'AlreadyExists')) throw error;
    }
  }
  if (current.length === 0) return;
  await store.update({
    resource,
    namespace,
    name,
    part: 'object',
    make: (old) => {
      const next = old ? old.decode() : structuredClone(object);
      for (const field of current) next[field] = structuredClone(object[field]);
      return Promise.resolve(next);
    },
    context,
    admission: noAdmission,
  });
}
