import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributesOf } from '../authz/authorizer.ts';
import { requestInfoOf } from '../request-info.ts';
import { alsoNeeded } from './connect-permission.ts';

const cases: Record<string, [method: string, path: string, verb: string | undefined]> = {
  'a GET of exec': ['GET', '/api/v1/namespaces/n/pods/p/exec', 'create'],
  'a GET of attach': ['GET', '/api/v1/namespaces/n/pods/p/attach', 'create'],
  'a GET of portforward': ['GET', '/api/v1/namespaces/n/pods/p/portforward', 'create'],
  'a POST, which is asked for create anyway': ['POST', '/api/v1/namespaces/n/pods/p/exec', undefined],
  'logs, which only read': ['GET', '/api/v1/namespaces/n/pods/p/log', undefined],
  'exec of something else': ['GET', '/apis/a/v1/namespaces/n/pods/p/exec', undefined],
};
for (const [name, [method, path, verb]] of Object.entries(cases)) {
  test(name, () => {
    const info = requestInfoOf({ method, path, query: '' });
    const attributes = attributesOf({ name: 'u', groups: [] }, info);
    assert.deepEqual(alsoNeeded(attributes), verb === undefined ? undefined : { ...attributes, verb });
  });
}
