import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallerMetrics } from './caller-metrics.ts';
import { metricText } from './metric-text.ts';
import { metricVerb } from './request-metrics.ts';
import { requestInfoOf } from '../request-info.ts';

test('a metric: what it is, and its samples; what would end a text is escaped', () => {
  const samples = [{ value: 1 }, { labels: { a: 'b"\\\n', c: '' }, value: 0.5 }];
  assert.equal(
    metricText({ name: 'x', help: 'one\ntwo\\', type: 'gauge', samples }),
    '# HELP x one\\ntwo\\\\\n# TYPE x gauge\nx 1\nx{a="b\\"\\\\\\n",c=""} 0.5\n',
  );
});

test('callers make up names, but no labels', () => {
  const callers = new CallerMetrics();
  for (let index = 0; index < 100; index++) {
    callers.authenticated({ outcome: 'authenticated', user: { name: `user-${index}`, groups: [] } });
    callers.authenticated({ outcome: 'authenticated', user: { name: `user-${index}@x.y`, groups: [] } });
    callers.authorized({ decision: 'none', reason: `${index}` });
  }
  callers.authenticated({ outcome: 'failed', error: 'x' });
  const text = callers.metrics().map(metricText).join('');
  assert.match(text, /^authenticated_user_requests\{username="other"\} 100$/m);
  assert.match(text, /^authenticated_user_requests\{username="email_id"\} 100$/m);
  assert.match(text, /^authentication_attempts\{result="success"\} 200$/m);
  assert.match(text, /^authentication_attempts\{result="error"\} 1$/m);
  assert.match(text, /^authorization_attempts_total\{result="no-opinion"\} 100$/m);
  assert.equal(text.split('\n').length, 12);
});

const pods = '/api/v1/namespaces/a/pods';
const verbs: Readonly<Record<string, readonly [method: string, path: string, query?: string, type?: string]>> = {
  LIST: ['GET', pods],
  WATCH: ['GET', pods, 'watch=1'],
  GET: ['GET', `${pods}/p`],
  POST: ['POST', pods],
  PUT: ['PUT', `${pods}/p`],
  PATCH: ['PATCH', `${pods}/p`, '', 'application/merge-patch+json'],
  APPLY: ['PATCH', `${pods}/p`, '', 'application/apply-patch+yaml'],
  DELETE: ['DELETE', `${pods}/p`],
  DELETECOLLECTION: ['DELETE', pods],
  CONNECT: ['GET', `${pods}/p/exec`],
  other: ['BREW', '/healthz'],
};

for (const [verb, [method, path, query = '', type = '']] of Object.entries(verbs)) {
  test(`reported as ${verb}`, () => {
    const request = { method, path, query, headers: { 'content-type': type } };
    assert.equal(metricVerb(requestInfoOf(request), request), verb);
  });
}
