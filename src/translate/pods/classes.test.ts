import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOn } from '../../api/side.ts';
import { scrubber } from '../host-texts.ts';
import { placeOf } from '../marks.ts';
import { nameClasses, type SeenFromHost } from './classes.ts';
import type { PodSpec } from './pod-view.ts';

const nothing: SeenFromHost = () => undefined;
const gold: SeenFromHost = (_plural, name) => name === 'gold';

function named(spec: Partial<PodSpec>, seen: SeenFromHost): Partial<PodSpec> {
  const copy: PodSpec = { containers: [], ...spec };
  nameClasses(copy, 'demo', seen);
  const { containers: _, ...rest } = copy;
  return rest;
}

const priority = { priority: 1000, preemptionPolicy: 'PreemptLowerPriority' };

test('a priority of the tenant’s own says nothing on the host', () => {
  assert.deepEqual(named({ priorityClassName: 'gold', ...priority }, nothing), {});
  assert.deepEqual(named({ priorityClassName: 'silver', ...priority }, gold), {});
  assert.deepEqual(named(priority, gold), {});
});

test('a priority class of the host that the tenant sees is used as it is there', () => {
  assert.deepEqual(named({ priorityClassName: 'gold', ...priority }, gold), { priorityClassName: 'gold' });
});

test('a priority class of the tenant’s own that has a copy is called like that', () => {
  const copy: PodSpec = { containers: [], priorityClassName: 'silver', ...priority };
  nameClasses(copy, 'demo', nothing, (_plural, name) => nameOn('host', `${name}-x-host-x-demo`));
  assert.deepEqual(copy, { containers: [], priorityClassName: 'silver-x-host-x-demo' });
});

test('a runtime class of the host that the tenant sees is used', () => {
  assert.deepEqual(named({ runtimeClassName: 'gold' }, gold), { runtimeClassName: 'gold' });
});

test('one that it doesn’t see can’t be used under a class of the tenant’s own, and the refusal speaks of that', () => {
  const { runtimeClassName = '' } = named({ runtimeClassName: 'silver' }, gold);
  assert.match(runtimeClassName, /^silver-[0-9a-v]{26}$/);
  const about = { namespace: nameOn('tenant', 'default'), name: nameOn('tenant', 'web'), uid: 'u1' };
  const scrub = scrubber(placeOf({ tenant: 'demo', hostNamespace: 'zz-host' }), about);
  assert.equal(scrub(`RuntimeClass "${runtimeClassName}" not found`), 'RuntimeClass "silver" not found');
});

test('where no runtime classes are seen, the host decides', () => {
  assert.deepEqual(named({ runtimeClassName: 'silver' }, nothing), { runtimeClassName: 'silver' });
});
