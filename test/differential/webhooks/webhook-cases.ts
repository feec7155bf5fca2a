/** Webhooks and what they make of writes. */
import { del, get, patch, post, put, type Call, type Json } from '../case.ts';
import type { Answer } from './webhook-server.ts';

type Fields = { readonly [name: string]: Json };

export interface CaseWebhook {
  readonly kind: 'validating' | 'mutating';
  /** The server's path; its answer. */
  readonly answer: Answer;
  /** Absent: writes of config maps in the case's namespace. */
  readonly fields?: Fields;
}

export interface WebhookCase {
  readonly name: string;
  readonly webhooks: readonly CaseWebhook[];
  readonly given?: readonly Call[];
  readonly calls: readonly Call[];
}

const maps = '/api/v1/namespaces/{ns}/configmaps';
const create = (name: string, data: Fields = {}): Call => post(maps, { metadata: { name }, data });
const validating = (answer: Answer, fields: Fields = {}): CaseWebhook => ({ kind: 'validating', answer, fields });
const mutating = (answer: Answer, fields: Fields = {}): CaseWebhook => ({ kind: 'mutating', answer, fields });
const rules = (...resources: readonly string[]): Json => [
  { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: [...resources] },
];
const base64 = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64');
const patching = (...operations: readonly Json[]): Fields => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: base64([...operations]),
});
const raw =
  (body: string, status = 200): Answer =>
  () => ({ body, status });
const nameOf = ({ review }: Parameters<Answer>[0]): string =>
  JSON.stringify(review.request['name'] ?? '').replaceAll('"', '');

const pod = '/api/v1/namespaces/{ns}/pods/web';

/** What leads into pods: no node is needed for it to be asked. */
const connections: readonly WebhookCase[] = [
  {
    name: 'what is asked of connections',
    webhooks: [
      mutating(() => ({ allowed: true }), { rules: rules('pods/*', 'services/*') }),
      validating(() => ({ allowed: true }), { rules: rules('pods/*', 'services/*') }),
      validating(() => ({ allowed: false }), { rules: rules('pods/*'), objectSelector: { matchLabels: { a: 'b' } } }),
    ],
    given: [
      post('/api/v1/namespaces/{ns}/pods', {
        metadata: { name: 'web', labels: { a: 'b' } },
        spec: { containers: [{ name: 'web', image: 'web:1' }] },
      }),
    ],
    calls: [
      post(`${pod}/exec?command=a&command=b&stdin=true&stdout=0&tty=1&container=web&unknown=x`),
      get(`${pod}/exec`),
      post(`${pod}/attach?stdout=true&stderr=true`),
      post(`${pod}/portforward?ports=80,81`),
      get(`${pod}/portforward`),
      get(`${pod}:80/proxy/a/../b%2Fc/?q=1&path=z`),
      put(`${pod}/proxy`, { a: 'b' }),
      get('/api/v1/namespaces/{ns}/services/none:80/proxy/'),
      get(`${pod}/log`),
      post('/api/v1/namespaces/{ns}/pods/none/exec?command=a'),
    ],
  },
  {
    name: 'connections that are changed and denied',
    webhooks: [
      mutating(() => patching({ op: 'add', path: '/container', value: 'other' }), { rules: rules('pods/exec') }),
      validating(() => ({ allowed: false, status: { message: 'no way in' } }), {
        rules: rules('pods/attach', 'pods/proxy'),
      }),
    ],
    given: [
      post('/api/v1/namespaces/{ns}/pods', {
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'web', image: 'web:1' }] },
      }),
    ],
    calls: [post(`${pod}/exec?command=a`), post(`${pod}/attach`), get(`${pod}/proxy/`), post(`${pod}/portforward`)],
  },
];

export const webhookCases: readonly WebhookCase[] = [
  ...connections,
  {
    name: 'what is denied',
    webhooks: [
      validating((asked) => {
        const answers: Readonly<Record<string, Fields>> = {
          fine: { allowed: true },
          plain: { allowed: false },
          message: { allowed: false, status: { message: 'not this' } },
          reason: { allowed: false, status: { reason: 'Forbidden', code: 403 } },
          code: { allowed: false, status: { code: 200, status: 'Success', message: 'odd' } },
          details: {
            allowed: false,
            status: {
              code: 418,
              message: 'tea',
              reason: 'Teapot',
              details: { name: 'x', causes: [{ message: 'y', field: 'z' }] },
            },
          },
          warned: { allowed: true, warnings: ['be careful', 'be "quoted"'] },
          annotated: { allowed: true, auditAnnotations: { a: 'b' } },
        };
        return answers[nameOf(asked)] ?? { allowed: true };
      }),
    ],
    calls: ['fine', 'plain', 'message', 'reason', 'code', 'details', 'warned', 'annotated'].map((name) => create(name)),
  },
  {
    name: 'what is asked',
    webhooks: [
      mutating(() => ({ allowed: true }), { rules: rules('configmaps', 'deployments/scale', 'pods/*') }),
      validating(() => ({ allowed: true }), {
        rules: rules('configmaps', 'deployments/scale', 'pods/*'),
        timeoutSeconds: 7,
      }),
    ],
    given: [
      post('/apis/apps/v1/namespaces/{ns}/deployments', {
        metadata: { name: 'web' },
        spec: {
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
        },
      }),
      post('/api/v1/namespaces/{ns}/pods', {
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'web', image: 'web:1' }] },
      }),
    ],
    calls: [
      create('a', { b: 'c' }),
      put(`${maps}/a?fieldManager=me`, { metadata: { name: 'a' }, data: { b: 'd' } }),
      patch('merge', `${maps}/a?dryRun=All`, { data: { b: 'e' } }),
      post(maps, { metadata: { generateName: 'made-' } }),
      patch('merge', '/apis/apps/v1/namespaces/{ns}/deployments/web/scale', { spec: { replicas: 2 } }),
      post('/api/v1/namespaces/{ns}/pods/web/eviction', { metadata: { name: 'web' } }),
      del(`${maps}/a?propagationPolicy=Background`),
      post(
        maps,
        { metadata: { name: 'b' } },
        {
          headers: {
            'impersonate-user': 'system:admin',
            'impersonate-group': 'system:masters',
            'impersonate-extra-a': 'b',
          },
        },
      ),
      del(maps),
    ],
  },
  {
    name: 'reviews of v1beta1',
    webhooks: [
      mutating(() => ({ allowed: true, patch: base64([{ op: 'add', path: '/data', value: { a: 'b' } }]) }), {
        admissionReviewVersions: ['v2', 'v1beta1', 'v1'],
      }),
      validating(({ review }) => ({ uid: 'other', allowed: review.request['dryRun'] === true }), {
        admissionReviewVersions: ['v1beta1'],
      }),
    ],
    calls: [post(`${maps}?dryRun=All`, { metadata: { name: 'a' } }), create('a')],
  },
  {
    name: 'answers that are none',
    webhooks: [
      validating((asked) => {
        const version = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
        const { uid } = asked.review.request;
        const bodies: Readonly<Record<string, string | Fields>> = {
          absent: version,
          uid: { ...version, response: { uid: 'other', allowed: true } },
          kindless: { response: { uid, allowed: true } },
          older: { ...version, apiVersion: 'admission.k8s.io/v1beta1', response: { uid, allowed: true } },
          list: '[]',
          null: 'null',
          patched: { ...version, response: { uid, allowed: true, patch: 'W10=' } },
          patchtype: { ...version, response: { uid, allowed: true, patchType: 'JSONPatch' } },
          types: { ...version, response: { uid, allowed: 'yes' } },
          unknown: { ...version, response: { uid, allowed: true, more: 1 }, more: 2 },
        };
        const body = bodies[nameOf(asked)] ?? { ...version, response: { uid, allowed: true } };
        return { body: typeof body === 'string' ? body : JSON.stringify(body) };
      }),
    ],
    calls: ['absent', 'uid', 'kindless', 'older', 'list', 'null', 'patched', 'patchtype', 'types', 'unknown'].map(
      (name) => create(name),
    ),
  },
  {
    name: 'servers that fail',
    webhooks: [validating(raw('it broke', 500))],
    calls: [create('a')],
  },
  {
    name: 'servers that fail with a text',
    webhooks: [validating(() => ({ body: ' it broke\n', status: 502, type: 'text/plain; charset=utf-8' }))],
    calls: [create('a')],
  },
  { name: 'servers that find nothing', webhooks: [validating(raw('no such page', 404))], calls: [create('a')] },
  {
    name: 'servers that answer with a Status',
    webhooks: [
      validating(
        raw(
          JSON.stringify({
            kind: 'Status',
            apiVersion: 'v1',
            metadata: {},
            status: 'Failure',
            message: 'go away',
            reason: 'Forbidden',
            code: 403,
          }),
          403,
        ),
      ),
    ],
    calls: [create('a')],
  },
  {
    name: 'failures that are ignored',
    webhooks: [
      validating(raw('it broke', 500), { failurePolicy: 'Ignore' }),
      mutating(raw('{}', 200), { failurePolicy: 'Ignore' }),
      mutating(() => ({ ...patching({ op: 'add', path: '/data', value: { still: 'patched' } }) }), {
        failurePolicy: 'Ignore',
      }),
    ],
    calls: [create('a')],
  },
  { name: 'timeouts', webhooks: [validating(() => 'never', { timeoutSeconds: 1 })], calls: [create('a')] },
  {
    name: 'timeouts that are ignored',
    webhooks: [validating(() => 'never', { timeoutSeconds: 1, failurePolicy: 'Ignore' })],
    calls: [create('a')],
  },
  { name: 'connections that break', webhooks: [validating(() => 'broken')], calls: [create('a')] },
  {
    name: 'nobody there',
    webhooks: [validating(() => 'broken', { clientConfig: { url: 'https://127.0.0.1:1/x' } })],
    calls: [create('a')],
  },
  {
    name: 'an unknown authority',
    webhooks: [validating(() => ({ allowed: true }), { clientConfig: { caBundle: '' } })],
    calls: [create('a')],
  },
  {
    name: 'a service that is not there',
    webhooks: [
      validating(() => ({ allowed: true }), {
        clientConfig: { url: null, service: { name: 'nothing', namespace: '{ns}', path: '/x' } },
      }),
    ],
    calls: [create('a')],
  },
  {
    name: 'patches',
    webhooks: [
      mutating((asked) => {
        const answers: Readonly<Record<string, Fields>> = {
          good: patching({ op: 'add', path: '/data/by', value: 'hook' }, { op: 'remove', path: '/data/a' }),
          empty: patching(),
          missing: patching({ op: 'remove', path: '/data/none' }),
          tested: patching({ op: 'test', path: '/data/a', value: 'x' }),
          unknown: patching({ op: 'add', path: '/nothing', value: 'x' }),
          typed: patching({ op: 'add', path: '/data/x', value: 1 }),
          typeless: { allowed: true, patch: base64([]) },
          patchless: { allowed: true, patchType: 'JSONPatch' },
          merge: { allowed: true, patchType: 'MergePatch', patch: base64([{ op: 'add', path: '/data', value: {} }]) },
          undecodable: { allowed: true, patchType: 'JSONPatch', patch: base64('x') },
          denied: { ...patching({ op: 'add', path: '/data/by', value: 'hook' }), allowed: false },
        };
        return answers[nameOf(asked)] ?? { allowed: true };
      }),
    ],
    calls: [
      ...[
        'good',
        'empty',
        'missing',
        'tested',
        'unknown',
        'typed',
        'typeless',
        'patchless',
        'merge',
        'undecodable',
        'denied',
      ].map((name) => create(name, { a: 'b' })),
      get(`${maps}/good`),
    ],
  },
  {
    name: 'patches of managers',
    webhooks: [
      mutating((asked) => {
        const fields: Readonly<Record<string, Json>> = {
          fine: [],
          others: [
            { manager: 'a', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } },
          ],
          operation: [{ manager: 'a', operation: 'Cry', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }],
          version: [{ manager: 'a', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: {} }],
          fieldstype: [{ manager: 'a', operation: 'Update', apiVersion: 'v1', fieldsType: 'V2' }],
          empty: [{}],
        };
        return patching({ op: 'replace', path: '/metadata/managedFields', value: fields[nameOf(asked)] ?? [] });
      }),
    ],
    calls: ['fine', 'others', 'operation', 'version', 'fieldstype', 'empty'].map((name) => create(name, { a: 'b' })),
  },
  {
    name: 'patches of deletions',
    webhooks: [
      mutating(({ review }) =>
        review.request['operation'] === 'DELETE'
          ? patching({ op: 'add', path: '/data', value: {} })
          : { allowed: true },
      ),
    ],
    calls: [create('a'), del(`${maps}/a`)],
  },
  {
    name: 'denied deletions',
    webhooks: [mutating(({ review }) => ({ allowed: review.request['operation'] !== 'DELETE' }))],
    calls: [create('a'), del(`${maps}/a`)],
  },
  {
    name: 'defaults after patches',
    webhooks: [
      mutating(
        () =>
          patching({
            op: 'add',
            path: '/spec/template/spec/containers/-',
            value: { name: 'sidecar', image: 'sidecar' },
          }),
        { rules: rules('deployments') },
      ),
    ],
    calls: [
      post('/apis/apps/v1/namespaces/{ns}/deployments', {
        metadata: { name: 'web' },
        spec: {
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
        },
      }),
    ],
  },
  {
    name: 'one after the other, and once more',
    webhooks: [
      mutating(
        ({ review }) =>
          patching({ op: 'add', path: '/data/first', value: `${seen(review, 'first')}1${seen(review, 'second')}` }),
        {
          reinvocationPolicy: 'IfNeeded',
        },
      ),
      mutating(({ review }) =>
        patching({ op: 'add', path: '/data/second', value: `${seen(review, 'second')}2${seen(review, 'first')}` }),
      ),
      mutating(
        ({ review }) =>
          seen(review, 'third') === '' ? patching({ op: 'add', path: '/data/third', value: '3' }) : { allowed: true },
        {
          reinvocationPolicy: 'IfNeeded',
        },
      ),
    ],
    calls: [create('a', { x: 'y' })],
  },
  {
    name: 'conditions',
    webhooks: [
      validating(() => ({ allowed: false }), {
        matchConditions: [
          { name: 'a', expression: "object.metadata.name.startsWith('c')" },
          { name: 'b', expression: "object.data.a == 'x'" },
        ],
      }),
      validating(() => ({ allowed: false }), {
        failurePolicy: 'Ignore',
        matchConditions: [
          { name: 'b', expression: "object.data.b == 'x' && authorizer.requestResource.check('delete').allowed()" },
        ],
      }),
    ],
    calls: [
      create('other'),
      create('c-none'),
      create('c-x', { a: 'x' }),
      create('c-y', { a: 'y' }),
      create('d', { b: 'x' }),
    ],
  },
  {
    name: 'selectors and rules',
    webhooks: [
      validating(() => ({ allowed: false }), {
        objectSelector: { matchLabels: { checked: 'yes' } },
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['configmaps'],
            scope: 'Namespaced',
          },
        ],
      }),
    ],
    calls: [
      create('a'),
      post(maps, { metadata: { name: 'b', labels: { checked: 'yes' } } }),
      patch('merge', `${maps}/a`, { metadata: { labels: { checked: 'yes' } } }),
    ],
  },
  {
    name: 'another version',
    webhooks: [
      mutating(() => patching({ op: 'add', path: '/spec/targetCPUUtilizationPercentage', value: 44 }), {
        rules: [
          {
            apiGroups: ['autoscaling'],
            apiVersions: ['v1'],
            operations: ['*'],
            resources: ['horizontalpodautoscalers'],
          },
        ],
      }),
    ],
    calls: [
      post('/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers', {
        metadata: { name: 'a' },
        spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' } },
      }),
    ],
  },
  {
    name: 'custom resources',
    webhooks: [
      mutating(
        () =>
          patching(
            { op: 'add', path: '/spec/name', value: 'patched' },
            { op: 'add', path: '/spec/nothing', value: 'pruned' },
            { op: 'add', path: '/spec/parts', value: [{ name: 'p' }] },
          ),
        {
          rules: [
            { apiGroups: ['policies.example.com'], apiVersions: ['v2'], operations: ['*'], resources: ['widgets'] },
          ],
        },
      ),
      validating(({ review }) => ({ allowed: review.request['operation'] !== 'DELETE' }), {
        rules: rules('widgets/*', 'widgets'),
      }),
    ],
    calls: [
      post('/apis/policies.example.com/v1/namespaces/{ns}/widgets', {
        apiVersion: 'policies.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'a' },
        spec: {},
      }),
      patch('merge', '/apis/policies.example.com/v2/namespaces/{ns}/widgets/a', { spec: { size: 5 } }),
      del('/apis/policies.example.com/v2/namespaces/{ns}/widgets/a'),
      get('/apis/policies.example.com/v1/namespaces/{ns}/widgets/a'),
    ],
  },
];

function seen(review: Parameters<Answer>[0]['review'], key: string): string {
  const { data = {} } = review.request['object'] as { readonly data?: Readonly<Record<string, string>> };
  return data[key] ?? '';
}
