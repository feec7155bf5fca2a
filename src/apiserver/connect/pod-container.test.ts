import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { StatusError } from '../../api/status.ts';
import { addressOf, containerOf, firstPortOf } from './pod-container.ts';

function pod(spec: JsonObject, status: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec, status };
}

const named = (...names: string[]): JsonObject[] => names.map((name) => ({ name }));
const all = {
  initContainers: named('i'),
  containers: named('a', 'b'),
  ephemeralContainers: named('e'),
};

const cases: Record<string, [spec: JsonObject, asked: string, found: string]> = {
  'the only one': [{ containers: named('a') }, '', 'a'],
  'the only one beside init containers': [{ containers: named('a'), initContainers: named('i') }, '', 'a'],
  'one of several': [all, '', '400 a container name must be specified for pod p, choose one of: [i a b e]'],
  'of none': [{ containers: [] }, '', '400 a container name must be specified for pod p'],
  'by its name': [all, 'b', 'b'],
  'an init container': [all, 'i', 'i'],
  'an ephemeral one': [all, 'e', 'e'],
  'one that isn’t there': [all, 'x', '400 container x is not valid for pod p'],
};
for (const [name, [spec, asked, found]] of Object.entries(cases)) {
  test(`a container: ${name}`, () => {
    let outcome: string;
    try {
      outcome = containerOf(pod(spec), asked);
    } catch (error) {
      assert.ok(error instanceof StatusError);
      outcome = `${error.status.code} ${error.message}`;
    }
    assert.equal(outcome, found);
  });
}

test('the first port is that of the first container that has one', () => {
  const containers = [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 81 }, { containerPort: 82 }] }];
  assert.equal(firstPortOf(pod({ containers })), '81');
  assert.equal(firstPortOf(pod({ containers: named('a') })), '');
});

test('the address is the first of all', () => {
  assert.equal(addressOf(pod({}, { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.2' }] })), '10.0.0.2');
  assert.equal(addressOf(pod({}, { podIP: '10.0.0.1' })), '10.0.0.1');
  assert.equal(addressOf(pod({})), '');
});
