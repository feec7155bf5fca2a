import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldErrorText } from '../../../../api/field-error.ts';
import type { JsonObject } from '../../../../api/json.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { apiservices } from './apiservices.ts';

const now = Date.parse('2026-01-02T03:04:05Z');
const context = { user: { name: 'u', groups: [] }, now };
const local = { group: 'a.example', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 };
const service = { namespace: 'ns', name: 'svc', port: 443 };

function apiService(
  spec: JsonObject & { readonly group: string; readonly version: string },
  name = `${spec.version}.${spec.group}`,
): KubeObject {
  return { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name }, spec };
}

const cases: Record<string, [object: KubeObject, errors: string[]]> = {
  'a local one': [apiService(local), []],
  'a remote one': [apiService({ ...local, service, caBundle: 'YWJj' }), []],
  'the core group': [apiService({ ...local, group: '' }, 'v1.'), []],
  'another name': [
    apiService(local, 'x'),
    ['metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1.a.example"'],
  ],
  'no group with another version': [
    apiService({ ...local, group: '', version: 'v2' }, 'v2.'),
    ['spec.group: Required value: only v1 may have an empty group and it better be legacy kube'],
  ],
  'priorities out of range': [
    apiService({ ...local, groupPriorityMinimum: 20_001, versionPriority: 0 }),
    [
      'spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 0: must be positive and less than 1000',
    ],
  ],
  'a local one with what only remote ones have': [
    apiService({ ...local, caBundle: 'YWJj', insecureSkipTLSVerify: true }),
    [
      'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
      'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
    ],
  ],
  'both ways to trust': [
    apiService({ ...local, service, caBundle: 'YWJj', insecureSkipTLSVerify: true }),
    ['spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present'],
  ],
  'a service without anything': [
    apiService({ ...local, service: { port: 0 } }),
    [
      'spec.service.namespace: Required value',
      'spec.service.name: Required value',
      'spec.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
    ],
  ],
};
for (const [name, [object, errors]] of Object.entries(cases)) {
  test(name, () => {
    assert.deepEqual(apiservices.strategy?.validate?.(object, context).map(fieldErrorText), errors);
  });
}

test('a status is one of three', () => {
  const object = { ...apiService(local), status: { conditions: [{ type: 'Available', status: 'Maybe' }] } };
  assert.deepEqual(apiservices.strategy?.validateStatusUpdate?.(object, object, context).map(fieldErrorText), [
    'status.conditions[0].status: Unsupported value: "Maybe": supported values: "True", "False", "Unknown"',
  ]);
});

test('local ones are available at once, remote ones are looked at first', () => {
  const object = apiService(local);
  apiservices.strategy?.prepareForCreate?.(object, context);
  assert.deepEqual(object['status'], {
    conditions: [
      {
        type: 'Available',
        status: 'True',
        lastTransitionTime: '2026-01-02T03:04:05Z',
        reason: 'Local',
        message: 'Local APIServices are always available',
      },
    ],
  });
  const remote = apiService({ ...local, service });
  apiservices.strategy?.prepareForCreate?.(remote, context);
  assert.equal(remote['status'], undefined);
});

test('the table says who serves, and whether they do', () => {
  const row = (object: KubeObject): unknown => apiservices.table?.row(object, { now }).slice(0, 3);
  const failing = { type: 'Available', status: 'False', reason: 'MissingEndpoints' };
  const remote = apiService({ ...local, service });
  assert.deepEqual(row(apiService(local)), ['v1.a.example', 'Local', 'Unknown']);
  assert.deepEqual(row({ ...remote, status: { conditions: [failing] } }), [
    'v1.a.example',
    'ns/svc',
    'False (MissingEndpoints)',
  ]);
  assert.deepEqual(row({ ...remote, status: { conditions: [{ ...failing, status: 'True' }] } }), [
    'v1.a.example',
    'ns/svc',
    'True',
  ]);
});
