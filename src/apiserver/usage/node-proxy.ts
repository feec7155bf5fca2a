/**
 * `proxy` of nodes. A tenant's node has no kubelet of its own: the one behind it is shared, and would give away the other tenants' pods and all power
 * over them. So it is answered here what may be asked, with nothing but the tenant's own pods in it.
 */
import type { ApiResponse } from '../../api/exchange.ts';
import { newBadRequest, newMethodNotSupported, newNotFound } from '../../api/status.ts';
import type { KubeObject } from '../../api/object.ts';
import type { UsageReader } from '../../api/usage.ts';
import { metricText, type Metric } from '../../lib/metrics/metric-text.ts';
import { createClusterReader } from '../admission/cluster-reader.ts';
import { admitted } from '../connect/connect-admission.ts';
import { proxiedPath, splitSchemeNamePort } from '../connect/proxy-target.ts';
import { viewAs } from '../registry/resources/view.ts';
import type { VerbHandler, VerbRequest } from '../verbs/verb.ts';
import { nodeMetrics, resourceMetrics, summaryOf, type NodeFacts } from './node-figures.ts';

const json = { 'content-type': 'application/json' };
const metricsType = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };

interface PodOnNode extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
}

/** By path, as a kubelet has them. */
const answers: Readonly<Record<string, (facts: NodeFacts) => ApiResponse>> = {
  '/healthz': () => ({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from('ok'),
  }),
  '/metrics': (facts) => metrics(nodeMetrics(facts)),
  '/metrics/resource': (facts) => metrics(resourceMetrics(facts)),
  '/pods': ({ pods }) => {
    const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods };
    return { status: 200, headers: json, body: Buffer.from(JSON.stringify(list)) };
  },
  '/stats/summary': (facts) => ({ status: 200, headers: json, body: Buffer.from(JSON.stringify(summaryOf(facts))) }),
};

/** Of `/nodes/NAME/proxy`. */
export function nodeProxy(reader: UsageReader): VerbHandler {
  return async (request) => {
    const { context, name, resource } = request;
    const path = proxiedPath(context.info.path, `/api/v1/nodes/${name}/proxy`);
    await admitted(request, { path });
    const id = splitSchemeNamePort(name);
    if (!id) throw newBadRequest(`invalid node request "${name}"`);
    const node = (await request.store.get({ ...request, name: id.name })).object;
    const answer = Object.hasOwn(answers, path) ? answers[path] : undefined;
    if (!answer) {
      const known = Object.keys(answers).join(', ');
      throw newNotFound(resource.gr, `${id.name}${path} (of a node that is shared there is: ${known})`);
    }
    if (context.request.method !== 'GET')
      throw newMethodNotSupported(resource.gr, context.request.method.toLowerCase());
    return answer(await factsOf(request, reader, node));
  };
}

async function factsOf(
  { store, resources }: VerbRequest,
  reader: UsageReader,
  node: Readonly<KubeObject>,
): Promise<NodeFacts> {
  const { name } = node.metadata;
  const all = await createClusterReader(store, resources).list('', 'pods', '');
  const pods = all.filter((pod) => viewAs<PodOnNode>(pod).spec?.nodeName === name);
  const [podUsage, nodes] = await Promise.all([reader.pods(''), reader.nodes()]);
  return { node, pods, podUsage, nodeUsage: nodes.find(({ metadata }) => metadata.name === name) };
}

function metrics(all: readonly Metric[]): ApiResponse {
  return { status: 200, headers: metricsType, body: Buffer.from(all.map(metricText).join('')) };
}
