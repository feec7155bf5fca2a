/** What `npm run test:conformance -- …` takes. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const hostKinds = ['embedded', 'upstream', 'node'] as const;
export type HostKind = (typeof hostKinds)[number];

export interface Flags {
  readonly testClass: string;
  /** Only tests whose names match. */
  readonly focus: RegExp | undefined;
  /** A cluster that runs already; absent: a tenant of `sublet up`. */
  readonly kubeconfig: string | undefined;
  /** What the tenant's host is. */
  readonly host: HostKind;
  /** With upstream's kube-controller-manager for what the tenant has no controller for. */
  readonly controllerManager: boolean;
  readonly includeSkips: boolean;
  /** Processes of e2e.test at a time. */
  readonly parallel: number;
  /** Tests per process. */
  readonly batch: number;
  readonly batchMinutes: number;
  /** The file for the machine-readable result. */
  readonly result: string | undefined;
}

export const help = `npm run test:conformance -- [FLAGS]: upstream's conformance tests against a tenant of the built program

  --class NAME               the tests of class-NAME.txt (default a)
  --focus REGEX              only those whose names match
  --kubeconfig FILE          another cluster than a tenant of our own
  --host KIND                of that tenant: embedded (default), or upstream's control plane, both with simulated nodes; or node:
                             upstream's with a node that runs containers (needs root)
  --kube-controller-manager  with upstream's, for the controllers that a tenant lacks
  --include-skips            runs the tests of skips.ts too
  --parallel N               processes at a time (default 2)
  --batch N                  tests per process (default 12)
  --batch-minutes N          after which a process ends and the rest of its tests are begun anew (default 20)
  --result FILE              writes the outcomes as JSON

The exit code is 1 when a test does not pass that is not in skips.ts, or one passes that is.
`;

/** @throws Error in words for who typed it; `undefined`: help was asked for */
export function parseFlags(args: readonly string[]): Flags | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      class: { type: 'string', default: 'a' },
      focus: { type: 'string' },
      kubeconfig: { type: 'string' },
      host: { type: 'string', default: 'embedded' },
      'kube-controller-manager': { type: 'boolean', default: false },
      'include-skips': { type: 'boolean', default: false },
      parallel: { type: 'string', default: '2' },
      batch: { type: 'string', default: '12' },
      'batch-minutes': { type: 'string', default: '20' },
      result: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  if (values.kubeconfig !== undefined && values['kube-controller-manager'])
    throw new Error('--kube-controller-manager is for a tenant of our own, not for --kubeconfig');
  const host = hostKinds.find((kind) => kind === values.host);
  if (host === undefined) throw new Error(`--host takes ${hostKinds.join(', ')}, not ${values.host}`);
  return {
    testClass: values.class,
    focus: values.focus === undefined ? undefined : new RegExp(values.focus),
    kubeconfig: values.kubeconfig === undefined ? undefined : resolve(values.kubeconfig),
    host,
    controllerManager: values['kube-controller-manager'],
    includeSkips: values['include-skips'],
    parallel: count('--parallel', values.parallel),
    batch: count('--batch', values.batch),
    batchMinutes: count('--batch-minutes', values['batch-minutes']),
    result: values.result === undefined ? undefined : resolve(values.result),
  };
}

function count(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${flag} takes a number from 1, not ${text}`);
  return number;
}
