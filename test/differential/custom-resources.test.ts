/** Definitions and instances of custom resources: what Sublet answers and what upstream answers. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { upstreamUnavailable } from '../host/upstream.ts';
import { get, post, type Call, type Json } from './case.ts';
import { comparable, type Comparable } from './comparable.ts';
import { definitionCases } from './custom-resources/definitions.ts';
import { definitions, instanceCases } from './custom-resources/instances.ts';
import { operatorDefinitions } from './custom-resources/operators.ts';
import { ruledDefinition, ruledDefinitionCases, ruledInstanceCases } from './custom-resources/rules.ts';
import { convertedDefinition, updateCases, updatedDefinition } from './custom-resources/updates.ts';
import { differences, type Asked } from './differences.ts';
import { startPair, type RunningPair } from './pair.ts';
import type { Kept, Side } from './side.ts';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const establishedMs = 60_000;
const defined = [...definitions, ruledDefinition, convertedDefinition, updatedDefinition];

describe('custom resources of Sublet and of upstream', { skip: upstreamUnavailable() ?? false }, () => {
  let pair: RunningPair | undefined;
  const both = async (ask: (side: Side) => Promise<Asked[]>): Promise<string> => {
    assert.ok(pair);
    const [sublet, upstream] = await Promise.all([ask(pair.sublet), ask(pair.upstream)]);
    return differences(sublet, upstream).join('\n');
  };
  before(async () => {
    pair = await startPair();
    await Promise.all([pair.sublet, pair.upstream].map((side) => Promise.all(defined.map((one) => define(side, one)))));
  });
  after(() => pair?.stop());

  describe('definitions', () => {
    for (const { name, object } of [...definitionCases, ...ruledDefinitionCases]) {
      test(name, async () => assert.equal(await both((side) => asked(side, [post(path, object)], new Map())), ''));
    }
  });

  test("an operator's definitions, unmodified", async () => {
    // Different controllers of upstream's set these two.
    const reasons = ['InitialNamesAccepted', 'ApprovedAnnotation'];
    for (const { name, text } of await operatorDefinitions()) {
      const created = post(path, text, { type: 'application/yaml' });
      assert.equal(await both((side) => asked(side, [created], new Map())), '', name);
      assert.ok(pair);
      await Promise.all([pair.sublet, pair.upstream].map((side) => established(side, name, reasons)));
      assert.equal(await both((side) => asked(side, [get(`${path}/${name}`)], new Map())), '', name);
    }
  });

  describe('instances', () => {
    for (const [index, { name, calls }] of [...instanceCases, ...ruledInstanceCases, ...updateCases].entries()) {
      test(name, async () => {
        const namespace = `instances-${index}`;
        const kept = (): Kept => new Map([['ns', namespace]]);
        const found = await both(async (side) => {
          await side.ask(post('/api/v1/namespaces', { metadata: { name: namespace } }), kept());
          return asked(side, calls, kept());
        });
        assert.equal(found, '');
      });
    }
  });
});

/** Creates a definition, and waits until it is served. */
async function define(side: Side, object: Json): Promise<void> {
  const name = textAt(object, 'metadata', 'name');
  const answer = comparable(await side.ask(post(path, object), new Map()));
  assert.equal(answer.status, 201, `${side.name}: ${JSON.stringify(answer.body)}`);
  await established(side, name);
}

/** Waits until conditions have these reasons. */
async function established(side: Side, name: string, reasons = ['InitialNamesAccepted']): Promise<void> {
  const deadline = performance.now() + establishedMs;
  for (;;) {
    const { body } = comparable(await side.ask(get(`${path}/${name}`), new Map()));
    const text = JSON.stringify(body);
    if (reasons.every((reason) => text.includes(`"reason":"${reason}"`))) return;
    assert.ok(performance.now() < deadline, `${side.name} does not establish ${name}`);
    await sleep(100);
  }
}

async function asked(side: Side, calls: readonly Call[], kept: Kept): Promise<Asked[]> {
  const answers: Asked[] = [];
  for (const call of calls) {
    const answer = comparable(await side.ask(call, kept));
    answers.push({ request: `${call.method} ${call.path}`, answer: ordered(answer) });
  }
  return answers;
}

/** Without what hangs on the order of Go's maps, or on the time that the test takes. */
function ordered({ body, headers, ...rest }: Comparable): Comparable {
  const { warning } = headers;
  const warnings = typeof warning === 'string' ? { warning: warning.split(', ').toSorted() } : {};
  return { ...rest, headers: { ...headers, ...warnings }, body: normal(body, '') };
}

function normal(value: Json, key: string): Json {
  if (typeof value === 'string') return key === 'message' ? sortedMessage(value) : value;
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => normal(item, key));
    return key === 'causes' || key === 'conditions'
      ? items.toSorted(byText)
      : key === 'cells'
        ? items.map(withoutAge)
        : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'managedFields');
  return Object.fromEntries(entries.map(([name, inner]) => [name, normal(inner, name)]));
}

function withoutAge(cell: Json): Json {
  return typeof cell === 'string' && /^\d+s$/.test(cell) ? '<age>' : cell;
}

function byText(left: Json, right: Json): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}

/** `… is invalid: [a: …, b: …]`, sorted. */
function sortedMessage(message: string): string {
  const start = message.indexOf(' is invalid: [');
  if (start < 0) return message;
  const from = start + ' is invalid: ['.length;
  const errors = message.slice(from, -1).split(/, (?=[.\w<][\w.[\]<>-]*: )/);
  return `${message.slice(0, from)}${errors.toSorted().join(', ')}]`;
}

function textAt(value: Json, ...names: readonly string[]): string {
  let current: Json | undefined = value;
  for (const name of names) {
    const holder: Json | undefined = current;
    if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return '';
    current = Object.entries(holder).find(([key]) => key === name)?.[1];
  }
  return typeof current === 'string' ? current : '';
}
