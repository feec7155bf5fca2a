import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { markOn } from '../../api/side.ts';
import { tenantPodStatus } from './pod-status.ts';

const metadata = { name: 'web', namespace: 'default' };
const base = { apiVersion: 'v1', kind: 'Pod', metadata };

function shown(tenant: { readonly spec?: JsonObject; readonly status?: JsonObject }, host: JsonObject): JsonObject {
  return tenantPodStatus(
    markOn('tenant', {
      ...base,
      spec: { containers: [{ name: 'c', image: 'i' }], ...tenant.spec },
      status: tenant.status ?? {},
    }),
    markOn('host', { ...base, spec: { containers: [] }, status: host }),
    (text) => text.replaceAll('host', 'tenant'),
  );
}

const condition = (type: string, status: string): JsonObject => ({ type, status });

test('a disruption that began in the tenant is remembered, and one of the host is told', () => {
  const ours = { ...condition('DisruptionTarget', 'True'), reason: 'EvictionByEvictionAPI' };
  const theirs = { ...condition('DisruptionTarget', 'True'), reason: 'PreemptionByScheduler' };
  const ready = condition('Ready', 'True');
  const tenant = { status: { conditions: [ours] } };
  assert.deepEqual(shown(tenant, { conditions: [ready] })['conditions'], [ready, ours]);
  assert.deepEqual(shown(tenant, { conditions: [theirs] })['conditions'], [theirs]);
});

test('conditions: the host’s, but for readiness gates and what the host knows nothing of', () => {
  const status = {
    conditions: [
      condition('gate', 'True'),
      condition('example.com/own', 'True'),
      condition('example.com/both', 'True'),
      condition('Stale', 'True'),
    ],
  };
  const host = {
    conditions: [condition('Ready', 'True'), condition('gate', 'False'), condition('example.com/both', 'False')],
  };
  assert.deepEqual(shown({ spec: { readinessGates: [{ conditionType: 'gate' }] }, status }, host)['conditions'], [
    condition('Ready', 'True'),
    condition('example.com/both', 'False'),
    condition('gate', 'True'),
    condition('example.com/own', 'True'),
  ]);
});

test('containers that the host injected are not shown, and texts speak of the tenant', () => {
  const host = {
    message: 'a host text',
    reason: 'host',
    containerStatuses: [{ name: 'c', state: { waiting: { message: 'on host' } } }, { name: 'injected' }],
  };
  assert.deepEqual(shown({}, host), {
    message: 'a tenant text',
    reason: 'host',
    containerStatuses: [{ name: 'c', state: { waiting: { message: 'on tenant' } } }],
  });
});
