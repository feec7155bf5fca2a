/** One process of upstream's e2e.test, running some of its tests against a cluster. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReport, type BatchResult } from './outcome.ts';

export interface SuiteOptions {
  /** The path of e2e.test. */
  readonly program: string;
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly limitMinutes: number;
}

/** After its own limit the suite still cleans up, and says what it knows. */
const graceMinutes = 3;
const lastWordsMax = 3000;

/** Runs the tests. A failing test is in the result. @throws Error when the suite says nothing of them. */
export async function runSuite(options: SuiteOptions, tests: readonly string[]): Promise<BatchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'sublet-conformance-'));
  try {
    const report = join(folder, 'report.json');
    const child = spawn('nice', [options.program, ...suiteArgs(options, tests, report)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its shared memory and its temporary files stay here.
      cwd: folder,
      env: { ...process.env, TMPDIR: folder },
    });
    let words = '';
    const listen = (chunk: unknown): void => void (words = (words + String(chunk)).slice(-lastWordsMax));
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    const timer = setTimeout(() => child.kill('SIGKILL'), (options.limitMinutes + graceMinutes) * 60_000);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    clearTimeout(timer);
    try {
      return readReport(readFileSync(report, 'utf8'), tests);
    } catch (error) {
      throw new Error(`e2e.test ended with ${code} and left no report:\n${words}`, { cause: error });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function suiteArgs(options: SuiteOptions, tests: readonly string[], report: string): string[] {
  return [
    '--provider=skeleton',
    `--kubeconfig=${options.kubeconfig}`,
    `--kubectl-path=${options.kubectl}`,
    '--allowed-not-ready-nodes=-1',
    '--dump-logs-on-failure=false',
    `--ginkgo.focus=${focusOn(tests)}`,
    `--ginkgo.timeout=${options.limitMinutes}m`,
    `--ginkgo.json-report=${report}`,
    '--ginkgo.no-color',
  ];
}

/** A regular expression that matches these tests and no other. Ginkgo matches it against the suite's name and the test's. */
function focusOn(tests: readonly string[]): string {
  return `^Kubernetes e2e suite (?:${tests.map(escape).join('|')})$`;
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
