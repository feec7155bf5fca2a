/**
 * `npm run test:node`: starts a host with a real node, runs all node tests on it, one file after the other, and ends it. What took how long stands at the
 * end. Arguments name test files; without any it is all of them.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeClusterUnavailable, startOwnNodeCluster } from './node-cluster.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(wanted: readonly string[]): Promise<number> {
  const unavailable = nodeClusterUnavailable();
  if (unavailable !== undefined) {
    print(`no node tests here: ${unavailable}`);
    return 0;
  }
  const files = wanted.length > 0 ? wanted : allFiles();
  const folder = mkdtempSync(join(tmpdir(), 'sublet-node-'));
  const times: string[] = [];
  const timed = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await run();
    times.push(`${what} ${((performance.now() - began) / 1000).toFixed(0)} s`);
    return result;
  };
  const { stop } = await timed('start', () => startOwnNodeCluster(join(folder, 'cluster')));
  let code: number;
  try {
    code = await timed('tests', () => runTests(files, join(folder, 'cluster')));
  } finally {
    await timed('stop', stop);
    rmSync(folder, { recursive: true, force: true });
  }
  const [load = 0] = loadavg();
  print(`node tests: ${code === 0 ? 'passed' : 'FAILED'}; ${times.join(', ')}; load ${load.toFixed(1)}`);
  return code;
}

function allFiles(): string[] {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.node-test.ts'));
  return names.toSorted().map((name) => join(import.meta.dirname, name));
}

function runTests(files: readonly string[], folder: string): Promise<number> {
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...files], {
    stdio: 'inherit',
    env: { ...process.env, SUBLET_NODE_DIR: folder },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main(process.argv.slice(2));
