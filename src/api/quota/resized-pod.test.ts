import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../json.ts';
import { podEvaluator } from './pod-evaluator.ts';

const asks = (cpu: string, memory?: string): JsonObject => ({
  requests: { cpu, ...(memory === undefined ? {} : { memory }) },
  limits: { cpu },
});

function usedCpu(spec: JsonObject, status: JsonObject): readonly [string | undefined, string | undefined] {
  const usage = podEvaluator.usage({ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec, status }, 0);
  return [usage['requests.cpu'], usage['limits.cpu']];
}

const web = { containers: [{ name: 'web', resources: asks('2') }] };
const told = (resources: JsonObject, allocated?: string): JsonObject => ({
  containerStatuses: [
    { name: 'web', resources, ...(allocated === undefined ? {} : { allocatedResources: { cpu: allocated } }) },
  ],
});
const refused = { conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }] };
const deferred = { conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Deferred' }] };
const sidecar = (restartPolicy?: string): JsonObject => ({
  containers: [{ name: 'web', resources: asks('1') }],
  initContainers: [{ name: 'side', resources: asks('1'), ...(restartPolicy ? { restartPolicy } : {}) }],
});

const cases: readonly (readonly [string, JsonObject, JsonObject, string, string])[] = [
  ['nothing is told: what it asks for', web, {}, '2', '2'],
  ['it grows: what it asks for', web, told(asks('1'), '1'), '2', '2'],
  ['it shrinks: what it has', web, told(asks('3'), '3'), '3', '3'],
  ['it shrinks, and less is set aside already', web, told(asks('1'), '3'), '3', '2'],
  ['what it asks for is refused: what it has', web, { ...told(asks('1'), '1'), ...refused }, '1', '1'],
  ['what it asks for has to wait', web, { ...told(asks('1'), '1'), ...deferred }, '2', '2'],
  [
    'a sidecar shrinks',
    sidecar('Always'),
    { initContainerStatuses: [{ name: 'side', resources: asks('4') }] },
    '5',
    '5',
  ],
  [
    'an init container is what it asks for',
    sidecar(),
    { initContainerStatuses: [{ name: 'side', resources: asks('4') }] },
    '1',
    '1',
  ],
];
for (const [name, spec, status, requests, limits] of cases)
  test(name, () => assert.deepEqual(usedCpu(spec, status), [requests, limits]));
