/** Upstream's conformance tests against a tenant: `npm run test:conformance -- --help`. Needs the built program, and Go for upstream's. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { buildE2eTest } from '../../hack/e2e-test/programs.ts';
import { kubectlPath } from '../host/upstream.ts';
import { readClass } from './classes.ts';
import { startTenant, type TenantUnderTest } from './cluster.ts';
import { help, parseFlags, type Flags } from './flags.ts';
import type { Outcome } from './outcome.ts';
import { skips } from './skips.ts';
import { runSuite, type SuiteOptions } from './suite-process.ts';
import { isSkipped, verdictOf, type Verdict } from './verdict.ts';

const shownLines = 6;
const shownColumns = 300;
/** A test that time ran out on begins anew, so often. */
const attemptsMax = 3;

/** Some tests ask for two. */
const hostNodes = 3;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const report = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const flags = parseFlags(process.argv.slice(2));
  if (!flags) {
    print(help);
    return 0;
  }
  const wanted = readClass(flags.testClass).filter((test) => flags.focus?.test(test) ?? true);
  const tests = flags.includeSkips ? wanted : wanted.filter((test) => !isSkipped(skips, flags, test));
  print(`${tests.length} tests to run, ${wanted.length - tests.length} skipped`);
  const program = await buildE2eTest(report);
  const kubectl = await kubectlPath();
  let tenant: TenantUnderTest | undefined;
  try {
    if (flags.kubeconfig === undefined)
      tenant = await startTenant(
        {
          nodes: flags.host === 'node' ? 1 : hostNodes,
          ...(flags.controllerManager ? { controllerManager: 'missing' } : {}),
          ...(flags.host === 'embedded' ? {} : { host: flags.host }),
        },
        report,
      );
    const kubeconfig = flags.kubeconfig ?? tenant?.kubeconfig ?? '';
    const suite: SuiteOptions = { program, kubectl, kubeconfig, limitMinutes: flags.batchMinutes };
    return summarize(flags, await runAll(flags, suite, tests));
  } finally {
    await tenant?.stop();
  }
}

/** Runs the tests, some in each process. */
async function runAll(flags: Flags, suite: SuiteOptions, tests: readonly string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const note = (outcome: Outcome): void => {
    outcomes.push(outcome);
    print(lineOf(outcome, verdictOf(skips, flags, outcome), `${outcomes.length}/${tests.length}`));
  };
  // Those that disturb others come last, one after the other.
  const serial = tests.filter((test) => test.includes('[Serial]'));
  const others = tests.filter((test) => !serial.includes(test));
  await runSome(flags, suite, others, note);
  await runSome({ ...flags, parallel: 1 }, suite, serial, note);
  return outcomes;
}

/** Those that time ran out on are run once more. */
async function runSome(
  flags: Flags,
  suite: SuiteOptions,
  tests: readonly string[],
  note: (outcome: Outcome) => void,
): Promise<void> {
  const batches: { readonly tests: readonly string[]; readonly attempt: number }[] = [];
  const add = (some: readonly string[], attempt: number): void => {
    for (let from = 0; from < some.length; from += flags.batch)
      batches.push({ tests: some.slice(from, from + flags.batch), attempt });
  };
  // Those that wait for long go first, each in a process of its own.
  const slow = tests.filter((test) => test.includes('[Slow]'));
  for (const test of slow) add([test], 1);
  add(
    tests.filter((test) => !slow.includes(test)),
    1,
  );
  const work = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const result = await runSuite(suite, batch.tests);
      for (const outcome of result.outcomes) note(outcome);
      if (result.suiteFailure !== undefined) throw new Error(`the suite did not begin: ${result.suiteFailure}`);
      for (const test of result.unknown) note(failure(test, 'upstream has no such test'));
      if (batch.attempt < attemptsMax) add(result.notRun, batch.attempt + 1);
      else for (const test of result.notRun) note(failure(test, 'not begun: time was over'));
    }
  };
  await Promise.all(Array.from({ length: flags.parallel }, work));
}

function failure(test: string, message: string): Outcome {
  return { test, state: 'failed', seconds: 0, message };
}

function lineOf({ test, state, seconds, message, location }: Outcome, verdict: Verdict, progress: string): string {
  const head = `${progress.padStart(9)} ${state.padEnd(7)} ${seconds.toFixed(1).padStart(6)} s  ${test}`;
  const note = verdict === 'as expected' ? '' : `   <- ${verdict}`;
  if (message === undefined) return `${head}${note}`;
  const lines = message.trim().split('\n').slice(0, shownLines);
  return [
    `${head}${note}`,
    ...lines.map((line) => `            ${line.slice(0, shownColumns)}`),
    `            ${location ?? ''}`,
  ].join('\n');
}

function summarize(flags: Flags, outcomes: readonly Outcome[]): number {
  const verdicts = outcomes.map((outcome) => ({ ...outcome, verdict: verdictOf(skips, flags, outcome) }));
  const counted = (state: Outcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length;
  const named = (verdict: Verdict): string[] =>
    verdicts.filter((one) => one.verdict === verdict).map(({ test }) => test);
  if (flags.result !== undefined) {
    mkdirSync(dirname(flags.result), { recursive: true });
    writeFileSync(flags.result, `${JSON.stringify({ class: flags.testClass, outcomes: verdicts }, undefined, 2)}\n`);
  }
  print('');
  print(
    `class ${flags.testClass}: ${counted('passed')} passed, ${counted('failed')} failed, ${counted('skipped')} skipped themselves`,
  );
  const failures = named('unexpected failure');
  const passing = named('skip that passes');
  for (const test of failures) print(`  unexpected failure: ${test}`);
  for (const test of passing) print(`  passes: delete it from skips.ts: ${test}`);
  return failures.length + passing.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  report(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
