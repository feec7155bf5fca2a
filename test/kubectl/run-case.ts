/** Runs a case on both sides, step by step, and tells where they differ. */
import type { Case, Step } from './case.ts';
import { normalText, type Output } from './normal-text.ts';
import type { Place, Side } from './side.ts';

const patienceMs = 15_000;
const linesMax = 60;

/** Each difference as a text for the reader of a failed test. */
export async function differencesOf(one: Case, namespace: string, tenant: Side, upstream: Side): Promise<string[]> {
  const [here, there] = await Promise.all([tenant.enter(one, namespace), upstream.enter(one, namespace)]);
  const found: string[] = [];
  for (const each of one.steps) {
    const step = typeof each === 'string' ? { run: each } : each;
    const difference = await differenceOf(step, here, there);
    if (difference !== undefined) found.push(difference);
  }
  await Promise.all(
    [here, there].map((place) => place.run(`kubectl delete namespace ${namespace} --wait=false --ignore-not-found`)),
  );
  return found;
}

async function differenceOf(step: Step, tenant: Place, upstream: Place): Promise<string | undefined> {
  const found = await lastDifference(step, tenant, upstream);
  if (step.differs === undefined) return found;
  return found === undefined ? `$ ${step.run}\n  differs no more: ${step.differs}` : undefined;
}

async function lastDifference(step: Step, tenant: Place, upstream: Place): Promise<string | undefined> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const [here, there] = await Promise.all([tenant.run(step.run), upstream.run(step.run)]);
    const lines = lineDifferences(linesOf(here, step), linesOf(there, step));
    if (lines.length === 0) return undefined;
    if (step.eventually !== true || Date.now() > deadline) {
      const more = lines.length > linesMax ? [`… ${lines.length - linesMax} more`] : [];
      return [`$ ${step.run}`, ...lines.slice(0, linesMax), ...more].join('\n');
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

function linesOf({ code, out, err }: Output, step: Step): string[] {
  const texts = [normalText(out), normalText(err)].map((text) => text.split('\n'));
  return [...texts.flatMap((lines) => (step.unordered === true ? lines.toSorted() : lines)), `exit ${code}`];
}

/** `-` is the tenant's, `+` is upstream's: the longest common lines are kept, quadratic in the rest. */
function lineDifferences(tenant: readonly string[], upstream: readonly string[]): string[] {
  let start = 0;
  while (start < tenant.length && start < upstream.length && tenant[start] === upstream[start]) start++;
  let end = 0;
  while (
    end < tenant.length - start &&
    end < upstream.length - start &&
    tenant.at(-1 - end) === upstream.at(-1 - end)
  ) {
    end++;
  }
  const ours = tenant.slice(start, tenant.length - end);
  const theirs = upstream.slice(start, upstream.length - end);
  if (ours.length === 0 && theirs.length === 0) return [];
  if (ours.length * theirs.length > 4_000_000) {
    return [`- ${ours.length} lines: ${ours[0]}`, `+ ${theirs.length} lines: ${theirs[0]}`];
  }
  return marked(ours, theirs);
}

function marked(ours: readonly string[], theirs: readonly string[]): string[] {
  const common = commonLengths(ours, theirs);
  const at = (row: number, column: number): number => common[row]?.[column] ?? 0;
  const lines: string[] = [];
  let row = 0;
  let column = 0;
  while (row < ours.length || column < theirs.length) {
    if (row < ours.length && column < theirs.length && ours[row] === theirs[column]) {
      row++;
      column++;
    } else if (column >= theirs.length || (row < ours.length && at(row + 1, column) >= at(row, column + 1))) {
      lines.push(`- ${ours[row++]}`);
    } else {
      lines.push(`+ ${theirs[column++]}`);
    }
  }
  return lines;
}

function commonLengths(ours: readonly string[], theirs: readonly string[]): number[][] {
  const lengths = Array.from({ length: ours.length + 1 }, () => Array.from({ length: theirs.length + 1 }, () => 0));
  for (let row = ours.length - 1; row >= 0; row--) {
    for (let column = theirs.length - 1; column >= 0; column--) {
      const line = lengths[row];
      if (line === undefined) continue;
      line[column] =
        ours[row] === theirs[column]
          ? 1 + (lengths[row + 1]?.[column + 1] ?? 0)
          : Math.max(lengths[row + 1]?.[column] ?? 0, line[column + 1] ?? 0);
    }
  }
  return lengths;
}
