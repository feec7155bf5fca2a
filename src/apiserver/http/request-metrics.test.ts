import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestInfoOf } from '../request-info.ts';
import { metricVerb } from './request-metrics.ts';

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
