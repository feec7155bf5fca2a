/** What admission webhooks are asked, and what becomes of their answers: upstream's own for each. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { upstreamUnavailable } from '../host/upstream.ts';
import { del, get, post, type Call, type Json } from './case.ts';
import { comparable } from './comparable.ts';
import { differences, type Asked } from './differences.ts';
import { startPair, type RunningPair } from './pair.ts';
import { customDefinition } from './policies/custom-cases.ts';
import type { Kept, Side } from './side.ts';
import { webhookCases, type CaseWebhook, type WebhookCase } from './webhooks/webhook-cases.ts';
import { startWebhookServer, type Answer, type WebhookServer } from './webhooks/webhook-server.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const readyMs = 30_000;
const maps: Json = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }];

describe('admission webhooks of Sublet and of upstream', { skip: upstreamUnavailable() ?? false }, () => {
  let pair: RunningPair | undefined;
  before(async () => {
    pair = await startPair();
    await Promise.all([define(pair.sublet), define(pair.upstream)]);
  });
  after(() => pair?.stop());
  for (const [index, each] of webhookCases.entries()) {
    test(each.name, async () => {
      assert.ok(pair);
      const namespace = `hooked-${index}`;
      const [sublet, upstream] = await Promise.all(
        [pair.sublet, pair.upstream].map((side) => run(side, each, namespace)),
      );
      assert.ok(sublet && upstream);
      assert.equal(differences(sublet.asked, upstream.asked).join('\n'), '');
      assert.deepEqual(sublet.reviews, upstream.reviews);
    });
  }
});

/** Serves the custom resources that some cases are about. */
async function define(side: Side): Promise<void> {
  await ask(side, post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', customDefinition), 'none');
  const deadline = performance.now() + readyMs;
  for (;;) {
    const { answer } = await ask(side, get('/apis/policies.example.com/v2/widgets'), 'none');
    if (answer.status === 200) return;
    assert.ok(performance.now() < deadline, `${side.name} does not serve widgets`);
    await sleep(100);
  }
}

/** Each side has a server of its own. */
async function run(side: Side, each: WebhookCase, namespace: string): Promise<{ asked: Asked[]; reviews: Json }> {
  const { webhooks, given = [], calls } = each;
  const answers: Record<string, Answer> = { ready: () => ({ allowed: false, status: { message: 'ready' } }) };
  for (const [index, { answer }] of webhooks.entries()) answers[`hook-${index}`] = answer;
  const server = await startWebhookServer(answers);
  const configurations = configurationsOf(webhooks, server, namespace);
  try {
    const prepared = [
      post('/api/v1/namespaces', { metadata: { name: namespace } }),
      post('/api/v1/namespaces/{ns}/serviceaccounts', { metadata: { name: 'default' } }),
      ...given,
      ...configurations.map(([, call]) => call),
    ];
    for (const call of prepared) {
      const { answer } = await ask(side, call, namespace);
      assert.equal(answer.status, 201, `${side.name}: ${JSON.stringify([call, answer.body])}`);
    }
    await untilReady(side, namespace);
    server.asked.length = 0;
    const asked: Asked[] = [];
    for (const call of calls) asked.push(await ask(side, call, namespace));
    return { asked, reviews: reviewsOf(server, namespace) };
  } finally {
    for (const [path] of configurations) await ask(side, del(path), namespace);
    await server.stop();
  }
}

/** And one that tells by a Secret whether webhooks are followed. */
function configurationsOf(
  webhooks: readonly CaseWebhook[],
  server: WebhookServer,
  namespace: string,
): [string, Call][] {
  const hookOf = ({ kind, fields = {} }: CaseWebhook, index: number): [string, Call] => {
    const { clientConfig, ...rest } = fields;
    const isFields = typeof clientConfig === 'object' && clientConfig !== null && !Array.isArray(clientConfig);
    const given = isFields ? Object.entries(clientConfig) : [];
    const plural = `${kind}webhookconfigurations`;
    const name = `${namespace}-${index}`;
    const webhook = {
      name: `${name}.example.com`,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      timeoutSeconds: 5,
      rules: maps,
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      ...rest,
      clientConfig: {
        url: `https://127.0.0.1:${server.port}/${index === webhooks.length ? 'ready' : `hook-${index}`}`,
        caBundle: Buffer.from(server.authority).toString('base64'),
        ...Object.fromEntries(given),
      },
    };
    return [`${group}/${plural}/${name}`, post(`${group}/${plural}`, { metadata: { name }, webhooks: [webhook] })];
  };
  const secrets = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['secrets'] }];
  const ready: CaseWebhook = { kind: 'mutating', answer: () => 'never', fields: { rules: secrets } };
  const later: CaseWebhook = { kind: 'validating', answer: () => 'never', fields: { rules: secrets } };
  return [...webhooks.map(hookOf), hookOf(ready, webhooks.length), hookOf(later, webhooks.length)];
}

async function untilReady(side: Side, namespace: string): Promise<void> {
  const deadline = performance.now() + readyMs;
  for (;;) {
    const secret = post('/api/v1/namespaces/{ns}/secrets?dryRun=All', { metadata: { name: 'a' } });
    const { answer } = await ask(side, secret, namespace);
    // Upstream's informers of both kinds have no order.
    if (answer.status === 400) break;
    assert.ok(performance.now() < deadline, `${side.name} does not follow webhooks: ${JSON.stringify(answer)}`);
    await sleep(50);
  }
  await sleep(300);
}

/** What was asked, without what is each side's own. */
function reviewsOf(server: WebhookServer, namespace: string): Json {
  const text = JSON.stringify(server.asked)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":"<version>"')
    .replaceAll(/made-[a-z0-9]{5}/g, 'made-<random>')
    // What validating webhooks see of custom objects is pruned here, and with upstream not yet.
    .replaceAll('"nothing":"pruned",', '')
    .replaceAll(namespace, '<namespace>');
  const reviews = (JSON.parse(text) as Json[]).map(sortedKeys).map(withoutScaleManagers);
  // Deletions of collections go on side by side.
  return sortedByText(reviews);
}

/** Upstream's Scales carry some of those of what they are made of. */
function withoutScaleManagers(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutScaleManagers);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, withoutScaleManagers(inner)] as const);
  const object = Object.fromEntries(entries);
  const { kind, metadata } = object;
  if (kind !== 'Scale' || typeof metadata !== 'object' || metadata === null) return object;
  return {
    ...object,
    metadata: Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== 'managedFields')),
  };
}

function sortedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => {
    const sorted = sortedKeys(inner);
    // Their order tells in which second each has written.
    return [name, name === 'managedFields' && Array.isArray(sorted) ? sortedByText(sorted) : sorted] as const;
  });
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function sortedByText(values: readonly Json[]): Json[] {
  return values.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}

async function ask(side: Side, call: Call, namespace: string): Promise<Asked> {
  const kept: Kept = new Map([['ns', namespace]]);
  const { status, headers, body } = comparable(await side.ask(call, kept));
  // Each side's webhooks listen elsewhere.
  const normal = JSON.parse(JSON.stringify({ headers, body }).replaceAll(/127\.0\.0\.1:\d\d+/g, '<webhook>')) as Pick<
    Asked['answer'],
    'headers' | 'body'
  >;
  return { request: `${call.method} ${call.path}`, answer: { status, ...normal } };
}
