/** What is told of policies whose expressions don't fit the types of what they are about: by upstream's controller, and by ours. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GroupVersionResource } from '../../src/api/gvk.ts';
import { isJsonObject, type JsonObject } from '../../src/api/json.ts';
import { upstreamUnavailable } from '../host/upstream.ts';
import { startSubletCluster, startUpstreamCluster, type Cluster } from './controllers/cluster.ts';

const policies: GroupVersionResource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingadmissionpolicies',
};
const definitions: GroupVersionResource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
};
const checkedMs = 60_000;

const rule = (group: string, version: string, ...resources: readonly string[]): JsonObject => ({
  apiGroups: [group],
  apiVersions: [version],
  resources: [...resources],
  operations: ['*'],
});

interface TypeCase {
  readonly rules: readonly JsonObject[];
  readonly expressions: readonly string[];
  readonly messages?: readonly string[];
  readonly variables?: readonly JsonObject[];
  readonly paramKind?: JsonObject;
}

const workloads = [rule('apps', 'v1', 'deployments', 'statefulsets')];

const cases: Readonly<Record<string, TypeCase>> = {
  'what fits': {
    rules: workloads,
    expressions: ["object.spec.replicas > 1 && object.metadata.name != '' && oldObject == null"],
  },
  'numbers and texts': {
    rules: workloads,
    expressions: ["object.spec.replicas > '1'", "object.metadata.labels['a'] == 1", 'object.metadata.generation == 1'],
  },
  'fields that do not exist': {
    rules: [...workloads, rule('', 'v1', 'pods', 'pods/status')],
    expressions: ['object.spec.nothing', 'has(object.spec.template)', 'object.spec.containers[0].nam'],
    messages: ['object.foo'],
  },
  'special types': {
    rules: [rule('', 'v1', 'pods', 'services', 'secrets'), rule('batch', 'v1', 'jobs')],
    expressions: [
      "object.metadata.creationTimestamp == 'x'",
      'object.spec.containers[0].resources.limits.size() > 0',
      "object.spec.ports[0].targetPort == 'x' && object.spec.ports[0].targetPort == 1",
      "object.data['a'] == 'x'",
      'object.metadata.managedFields[0].fieldsV1.x',
      "object.metadata.managedFields[0].time == timestamp('2020-01-01T00:00:00Z')",
      'object.spec.activeDeadlineSeconds == 1.5',
    ],
  },
  'types that contain themselves': {
    rules: [rule('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')],
    expressions: [
      "object.spec.versions[0].schema.openAPIV3Schema.properties['a'].type == 1",
      "object.spec.versions[0].schema.openAPIV3Schema.properties['a'].properties['b'].type == 1",
      'object.spec.versions[0].schema.openAPIV3Schema.__default__ == 1',
    ],
  },
  'variables and others': {
    rules: workloads,
    variables: [
      { name: 'replicas', expression: 'object.spec.replicas' },
      { name: 'names', expression: 'object.spec.template.spec.containers.map(c, c.name)' },
    ],
    expressions: [
      "variables.replicas == 'x'",
      'variables.names[0] == 1',
      "authorizer.requestResource.check('y').allowed() && object.spec == 1",
      "request.options.x == '' || dyn(namespaceObject).x == object",
    ],
  },
  'wildcards and unknown resources': {
    rules: [
      rule('*', 'v1', 'deployments'),
      rule('apps', '*', 'deployments'),
      rule('apps', 'v1', 'nothing', 'deployments/scale'),
    ],
    expressions: ['object.nothing'],
  },
  'more than are looked at': {
    rules: [
      rule(
        '',
        'v1',
        'pods',
        'services',
        'secrets',
        'configmaps',
        'nodes',
        'events',
        'endpoints',
        'namespaces',
        'limitranges',
        'podtemplates',
        'serviceaccounts',
        'resourcequotas',
      ),
    ],
    expressions: ['object.metadata.nothing'],
  },
  params: {
    rules: workloads,
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    expressions: ["params.data['a'] == 1", 'params.nothing'],
  },
  'params nobody knows': {
    rules: workloads,
    paramKind: { apiVersion: 'nobody.example.com/v1', kind: 'Nothing' },
    expressions: ['params.nothing == object.nothing'],
  },
  'custom resources': {
    rules: [rule('types.example.com', 'v1', 'checkeds', 'others')],
    paramKind: { apiVersion: 'types.example.com/v1', kind: 'Checked' },
    expressions: [
      "object.spec.size > 'x'",
      'object.spec.nothing',
      'params.spec.size == object.spec.name',
      'object.metadata.labels',
    ],
  },
};

const definition: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'checkeds.types.example.com' },
  spec: {
    group: 'types.example.com',
    names: { plural: 'checkeds', kind: 'Checked', listKind: 'CheckedList', singular: 'checked' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer' }, name: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
};

describe('types of policies, as upstream and Sublet check them', { skip: upstreamUnavailable() ?? false }, () => {
  let clusters: readonly Cluster[] = [];
  before(async () => {
    clusters = await Promise.all([startSubletCluster(), startUpstreamCluster()]);
    await Promise.all(clusters.map(prepare));
  });
  after(() => Promise.all(clusters.map((cluster) => cluster.stop())));
  for (const [index, [name]] of Object.entries(cases).entries()) {
    test(name, async () => {
      const [sublet, upstream] = await Promise.all(clusters.map((cluster) => statusOf(cluster, `checked-${index}`)));
      assert.deepEqual(sublet, upstream);
    });
  }
  test('what fits after all', async () => {
    const [sublet, upstream] = await Promise.all(clusters.map((cluster) => statusAfter(cluster, 'checked-1', 2)));
    assert.deepEqual(sublet, upstream);
  });
});

/** @param generation that must have been looked at */
async function statusAfter(cluster: Cluster, name: string, generation: number): Promise<unknown> {
  const validations = [{ expression: 'true' }];
  await cluster.client.resource(policies).patch(name, 'merge', { spec: { validations } });
  return statusOf(cluster, name, generation);
}

async function prepare({ client }: Cluster): Promise<void> {
  await client.resource(definitions).create(definition as never);
  await until(async () => {
    const { kind } = (await client.getPath('/apis/types.example.com/v1').catch(() => ({}))) as { kind?: string };
    const { paths } = (await client.getPath('/openapi/v3')) as { paths: JsonObject };
    return kind === 'APIResourceList' && Object.hasOwn(paths, 'apis/types.example.com/v1');
  });
  for (const [index, { rules, expressions, messages = [], variables = [], paramKind }] of Object.values(
    cases,
  ).entries()) {
    const validations = expressions.map((expression, at) => {
      const message = messages[at];
      return {
        expression: `dyn(${expression}) == true`,
        ...(message === undefined ? {} : { messageExpression: `string(${message})` }),
      };
    });
    await client.resource(policies).create({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: `checked-${index}` },
      spec: { matchConstraints: { resourceRules: rules }, validations, variables, ...(paramKind ? { paramKind } : {}) },
    } as never);
  }
}

async function statusOf({ client }: Cluster, name: string, generation = 1): Promise<unknown> {
  let found: unknown;
  await until(async () => {
    const policy = await client.resource(policies).get(name);
    const { status } = policy as { status?: JsonObject };
    if (!isJsonObject(status) || status['observedGeneration'] !== generation) return false;
    const managers = (policy.metadata['managedFields'] as JsonObject[]).map(
      ({ manager, operation, fieldsV1, subresource }) =>
        subresource === 'status' ? { manager, operation, fieldsV1 } : undefined,
    );
    // Upstream's types are called after the time.
    const text = JSON.stringify({ status, managers }).replaceAll(/\b([A-Z][a-zA-Z]+)\d+\b/g, '$1');
    found = JSON.parse(text);
    return true;
  });
  return found;
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + checkedMs;
  while (!(await isDone())) {
    assert.ok(performance.now() < deadline, 'it did not happen in time');
    await sleep(200);
  }
}
