/** Builds and runs the Go client of this folder: does with a cluster what operators do, through client-go. Its checks are listed in its Go files. */
import { goUnavailable } from '../../hack/host-cluster/go-build.ts';
import { runGoChecks, type GoCheck } from './run-checks.ts';

export interface GoClientOptions {
  /** Names of checks not to run. */
  readonly skip?: readonly string[];
  /** If given: the only checks to run, beside `namespace` and `namespace.delete`. */
  readonly only?: readonly string[];
}

/** Why the program can't be built here; undefined when it can. */
export function goClientUnavailable(): string | undefined {
  return goUnavailable(import.meta.dirname);
}

/**
 * Runs the checks against the cluster of a kubeconfig, in a namespace that it makes and deletes. Each check ends within a minute, well or not.
 * @throws Error when the program can't be built, or ends without having run its checks.
 */
export function runGoClient(kubeconfig: string, options: GoClientOptions = {}): Promise<readonly GoCheck[]> {
  const args = ['-kubeconfig', kubeconfig, '-skip', (options.skip ?? []).join(), '-only', (options.only ?? []).join()];
  return runGoChecks(import.meta.dirname, 'go-client', args);
}
