import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as field from './field-error.ts';
import * as status from './status.ts';

const pods = { group: '', resource: 'pods' };
const deployments = { group: 'apps', resource: 'deployments' };

const cases: readonly [name: string, error: status.StatusError, json: string][] = [
  [
    'not found',
    status.newNotFound(deployments, 'web'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"deployments.apps \\"web\\" not found","reason":"NotFound","details":{"name":"web","group":"apps","kind":"deployments"},"code":404}',
  ],
  [
    'already exists',
    status.newAlreadyExists(pods, 'web'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \\"web\\" already exists","reason":"AlreadyExists","details":{"name":"web","kind":"pods"},"code":409}',
  ],
  [
    'conflict',
    status.newConflict(pods, 'web', 'the object has been modified'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on pods \\"web\\": the object has been modified","reason":"Conflict","details":{"name":"web","kind":"pods"},"code":409}',
  ],
  [
    'one invalid field',
    status.newInvalid({ group: '', kind: 'Pod' }, 'web', [field.required('spec.containers', '')]),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Pod \\"web\\" is invalid: spec.containers: Required value","reason":"Invalid","details":{"name":"web","kind":"Pod","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.containers"}]},"code":422}',
  ],
  [
    'bad request',
    status.newBadRequest('no'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","reason":"BadRequest","code":400}',
  ],
  [
    'forbidden without a resource keeps empty details',
    status.newForbidden({ group: '', resource: '' }, '', 'User "a" cannot get path "/x"'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"forbidden: User \\"a\\" cannot get path \\"/x\\"","reason":"Forbidden","details":{},"code":403}',
  ],
  [
    'unknown path',
    status.newGenericServerResponse({ code: 404, verb: 'GET' }),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}',
  ],
  [
    'unknown resource, named',
    status.newGenericServerResponse({ code: 404, verb: 'GET', resource: deployments, name: 'web' }),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource (get deployments.apps web)","reason":"NotFound","details":{"name":"web","group":"apps","kind":"deployments"},"code":404}',
  ],
  [
    'too many requests',
    status.newTooManyRequests('slow down', 1),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"slow down","reason":"TooManyRequests","details":{"retryAfterSeconds":1},"code":429}',
  ],
  [
    'expired',
    status.newResourceExpired('too old'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old","reason":"Expired","code":410}',
  ],
  [
    'method not allowed',
    status.newMethodNotSupported(pods, 'patch'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"patch is not supported on resources of kind \\"pods\\"","reason":"MethodNotAllowed","details":{"kind":"pods"},"code":405}',
  ],
  [
    'gone',
    status.newGone('away'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"away","reason":"Gone","code":410}',
  ],
  [
    'unavailable',
    status.newServiceUnavailable('later'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"later","reason":"ServiceUnavailable","code":503}',
  ],
  [
    'server timeout',
    status.newServerTimeout(pods, 'create', 2),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"The create operation against pods could not be completed at this time, please try again.","reason":"ServerTimeout","details":{"name":"create","kind":"pods","retryAfterSeconds":2},"code":500}',
  ],
  [
    'timeout',
    status.newTimeout('request did not complete within 34s', 0),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Timeout: request did not complete within 34s","reason":"Timeout","details":{},"code":504}',
  ],
  [
    'apply conflict',
    status.newApplyConflict([{ reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.spec' }], 'no'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","reason":"Conflict","details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \\"a\\"","field":".spec"}]},"code":409}',
  ],
  [
    'not acceptable',
    status.newNotAcceptable(['application/json', 'application/yaml']),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"only the following media types are accepted: application/json, application/yaml","reason":"NotAcceptable","code":406}',
  ],
];

for (const [name, error, json] of cases) {
  test(`${name}: JSON as upstream writes it`, () => assert.equal(JSON.stringify(error.status), json));
}

test('several invalid fields stand in brackets, each once', () => {
  const error = field.invalid('a', 1, 'x');
  const { message, details } = status.newInvalid({ group: 'apps', kind: 'Deployment' }, 'web', [
    error,
    error,
    field.forbidden('b', 'y'),
  ]).status;
  assert.equal(message, 'Deployment.apps "web" is invalid: [a: Invalid value: 1: x, b: Forbidden: y]');
  assert.equal(details?.causes?.length, 3);
});

test('the inner error stays inside', () => {
  const error = status.newInternalError(undefined, new Error('secret'));
  assert.ok(!JSON.stringify(error.status).includes('secret'));
  assert.ok(error.cause instanceof Error);
  assert.equal(error.message, 'Internal error occurred: unexpected error');
});
