/**
 * Golden cases: inputs, and what upstream's Go code made of them (`out`, or its `error`). The files under `testdata/` were written by a
 * small program over apimachinery v0.36 and the libraries that it uses.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

export interface GoldenCase<T = never> {
  readonly op: string;
  readonly text?: string;
  readonly b?: string;
  readonly kind?: string;
  readonly n?: number;
  readonly doc?: T;
  readonly patch?: T;
  readonly out?: string;
  readonly error?: string;
}

export function goldenCases<T = never>(url: URL): readonly GoldenCase<T>[] {
  // The files are ours.
  return JSON.parse(readFileSync(url, 'utf8')) as GoldenCase<T>[];
}

/** One test for each case: `actual` returns upstream's output, or throws its error. */
export function testGolden<T = never>(
  url: URL,
  op: string,
  actual: (input: GoldenCase<T>) => string | Promise<string>,
): void {
  for (const golden of goldenCases<T>(url).filter((one) => one.op === op)) {
    const { out, error, ...input } = golden;
    void test(JSON.stringify(input).slice(0, 160), async () => {
      assert.deepEqual(await outcome(async () => actual(golden)), error === undefined ? { out } : { error });
    });
  }
}

async function outcome(run: () => Promise<string>): Promise<{ out: string } | { error: string }> {
  try {
    return { out: await run() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Only errors with upstream's words count as an answer.
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    return { error: error.message };
  }
}
