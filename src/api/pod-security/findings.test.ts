/** Upstream's own fixtures, all of them, and its words for some: skipped only where the module isn't. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { objectsAt } from '../json-fields.ts';
import type { JsonObject } from '../json.ts';
import type { CheckedPod } from './check.ts';
import { findingsText, securityFindings } from './findings.ts';
import {
  compareLevels,
  parseLevel,
  parseStandardVersion,
  type SecurityLevel,
  type SecurityStandard,
} from './standard.ts';

const fixtures = fixturesFolder();

function fixturesFolder(): string | undefined {
  try {
    const cache = execFileSync('go', ['env', 'GOMODCACHE'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const found = join(cache.toString().trim(), 'k8s.io/pod-security-admission@v0.36.3/test/testdata');
    return existsSync(found) ? found : undefined;
  } catch {
    // No Go: no fixtures.
    return undefined;
  }
}

const options =
  fixtures === undefined
    ? { skip: 'the Go module k8s.io/pod-security-admission@v0.36.3 is not in the module cache' }
    : {};

/** `baseline/v1.35/fail/privileged0.yaml` */
function readFixture(file: string): { standard: SecurityStandard; passes: boolean; pod: CheckedPod } {
  assert.ok(fixtures);
  const [level = '', version = '', result] = file.split('/');
  const standard = { level: parseLevel(level), version: parseStandardVersion(version) };
  assert.ok(standard.level !== undefined && standard.version !== undefined, file);
  const pod = parse(readFileSync(join(fixtures, file), 'utf8')) as {
    metadata: { annotations?: Record<string, string> };
    spec: JsonObject;
  };
  // As API servers fill them in.
  const volumes = objectsAt(pod.spec, 'volumes').map((volume) =>
    Object.keys(volume).length === 1 ? { ...volume, emptyDir: {} } : volume,
  );
  return {
    standard: { level: standard.level, version: standard.version },
    passes: result === 'pass',
    pod: { annotations: pod.metadata.annotations ?? {}, spec: { ...pod.spec, volumes } },
  };
}

test('upstream’s fixtures pass and fail as they are sorted, for each level and version', options, () => {
  assert.ok(fixtures);
  const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  assert.ok(files.length > 4000, `only ${files.length} fixtures`);
  const wrong = files.filter((file) => {
    const { standard, passes, pod } = readFixture(file);
    return (securityFindings(standard, pod).length === 0) !== passes;
  });
  assert.deepEqual(wrong, []);
});

test('what is found is told in upstream’s words (recorded from its library)', options, () => {
  // What upstream's evaluator said of its fixtures.
  const golden = JSON.parse(
    readFileSync(join(import.meta.dirname, '../testdata/pod-security-findings.generated.json'), 'utf8'),
  ) as Record<string, string>;
  const told = Object.keys(golden).map((file) => {
    const { standard, pod } = readFixture(file);
    return [file, findingsText(securityFindings(standard, pod))];
  });
  assert.ok(told.length > 200);
  assert.deepEqual(Object.fromEntries(told), golden);
});

test('ephemeral containers are looked at like others', () => {
  const pod = {
    annotations: {},
    spec: { ephemeralContainers: [{ name: 'debug', securityContext: { privileged: true } }] },
  };
  assert.equal(
    findingsText(securityFindings({ level: 'baseline', version: 'latest' }, pod)),
    'privileged (container "debug" must not set securityContext.privileged=true)',
  );
});

const arbitraryContext = fc.record(
  {
    privileged: fc.boolean(),
    allowPrivilegeEscalation: fc.boolean(),
    runAsNonRoot: fc.boolean(),
    runAsUser: fc.constantFrom(0, 7),
    procMount: fc.constantFrom('Default', 'Unmasked'),
    capabilities: fc.record({ add: fc.subarray(['NET_ADMIN', 'KILL']), drop: fc.subarray(['ALL', 'KILL']) }),
    seccompProfile: fc.record({ type: fc.constantFrom('Unconfined', 'RuntimeDefault', '') }),
    appArmorProfile: fc.record({ type: fc.constantFrom('Unconfined', 'Localhost') }),
    seLinuxOptions: fc.record({ type: fc.constantFrom('container_t', 'spc_t'), user: fc.constantFrom('', 'u') }),
  },
  { requiredKeys: [] },
);
const arbitraryContainer = fc.record(
  {
    name: fc.constantFrom('a', 'b'),
    securityContext: arbitraryContext,
    ports: fc.array(fc.record({ hostPort: fc.nat(3) }), { maxLength: 2 }),
  },
  { requiredKeys: ['name'] },
);
const arbitraryPod = fc.record({
  annotations: fc.constant({}),
  spec: fc.record(
    {
      containers: fc.array(arbitraryContainer, { maxLength: 3 }),
      initContainers: fc.array(arbitraryContainer, { maxLength: 2 }),
      hostNetwork: fc.boolean(),
      hostUsers: fc.boolean(),
      securityContext: arbitraryContext,
      volumes: fc.array(
        fc.constantFrom<JsonObject>({ name: 'x', hostPath: {} }, { name: 'x', nfs: {} }, { name: 'x', emptyDir: {} }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  ),
});

test('a stricter level finds something wherever a laxer one does', () => {
  const levels: readonly SecurityLevel[] = ['privileged', 'baseline', 'restricted'];
  const versions = fc.oneof(fc.constant('latest' as const), fc.nat(40));
  fc.assert(
    fc.property(
      arbitraryPod,
      versions,
      fc.constantFrom(...levels),
      fc.constantFrom(...levels),
      (pod, version, a, b) => {
        const [lax, strict] = compareLevels(a, b) <= 0 ? [a, b] : [b, a];
        // Plain JSON: fast-check's records are.
        const checked = pod as unknown as CheckedPod;
        const isFound = (level: SecurityLevel): boolean => securityFindings({ level, version }, checked).length > 0;
        assert.ok(!isFound(lax) || isFound(strict));
      },
    ),
    { numRuns: 500 },
  );
});

test('what is not of the type that it must be is no reason to stumble', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('containers', 'volumes', 'securityContext', 'os'), fc.jsonValue()),
      (spec) => {
        // Hostile JSON.
        const pod = { annotations: {}, spec: spec as JsonObject };
        securityFindings({ level: 'restricted', version: 'latest' }, pod);
      },
    ),
  );
});

test('versions and levels are read as upstream reads them', () => {
  assert.deepEqual(['latest', 'v1.0', 'v1.36', 'v1.01', 'v2.1', '1.2', ''].map(parseStandardVersion), [
    'latest',
    0,
    36,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(['baseline', 'Baseline', ''].map(parseLevel), ['baseline', undefined, undefined]);
});
