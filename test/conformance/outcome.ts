/** What became of a test, read from a report of Ginkgo. */

export interface Outcome {
  readonly test: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  /** Why it failed, or skipped itself, in its own words. */
  readonly message?: string;
  /** The line of upstream's source that says so. */
  readonly location?: string;
}

/** The parts that are read of Ginkgo's types.Report. */
interface Report {
  readonly SpecReports?: readonly SpecReport[];
  readonly SpecialSuiteFailureReasons?: readonly string[];
}

interface SpecReport {
  readonly ContainerHierarchyTexts?: readonly string[];
  readonly LeafNodeType: string;
  readonly LeafNodeText: string;
  readonly State: string;
  /** Nanoseconds. */
  readonly RunTime: number;
  readonly Failure?: { readonly Message?: string; readonly Location?: { FileName?: string; LineNumber?: number } };
}

export interface BatchResult {
  readonly outcomes: readonly Outcome[];
  /** Asked for, and not begun: time was over. */
  readonly notRun: readonly string[];
  /** Asked for, and not known to the suite. */
  readonly unknown: readonly string[];
  /** What kept the suite as a whole from running. */
  readonly suiteFailure: string | undefined;
}

/** What a report says of the tests that were asked for. */
export function readReport(text: string, tests: readonly string[]): BatchResult {
  // A door: written by Ginkgo, one report per suite.
  const reports = JSON.parse(text) as readonly Report[];
  const specs = reports.flatMap(({ SpecReports }) => SpecReports ?? []);
  const named = new Map<string, SpecReport>();
  for (const spec of specs) if (spec.LeafNodeType === 'It') named.set(nameOf(spec), spec);
  const outcomes: Outcome[] = [];
  const notRun: string[] = [];
  const unknown: string[] = [];
  for (const test of tests) {
    const spec = named.get(test);
    if (!spec) unknown.push(test);
    else if (spec.State === 'skipped' && !spec.Failure?.Message) notRun.push(test);
    else outcomes.push(outcomeOf(test, spec));
  }
  const broken = specs.find(({ LeafNodeType, State }) => LeafNodeType !== 'It' && isFailure(State));
  return { outcomes, notRun, unknown, suiteFailure: broken && (broken.Failure?.Message ?? broken.State) };
}

function nameOf({ ContainerHierarchyTexts, LeafNodeText }: SpecReport): string {
  return [...(ContainerHierarchyTexts ?? []), LeafNodeText].filter((text) => text !== '').join(' ');
}

function outcomeOf(test: string, { State, RunTime, Failure }: SpecReport): Outcome {
  const state = State === 'passed' || State === 'skipped' ? State : 'failed';
  const seconds = Math.round(RunTime / 1e8) / 10;
  if (state === 'passed') return { test, state, seconds };
  const { FileName, LineNumber } = Failure?.Location ?? {};
  const message = state === 'failed' && State !== 'failed' ? `${State}: ${Failure?.Message ?? ''}` : Failure?.Message;
  return {
    test,
    state,
    seconds,
    ...(message === undefined ? {} : { message }),
    ...(FileName === undefined ? {} : { location: `${FileName}:${LineNumber ?? 0}` }),
  };
}

function isFailure(state: string): boolean {
  return ['failed', 'aborted', 'panicked', 'interrupted', 'timedout'].includes(state);
}
