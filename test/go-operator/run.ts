/** Builds and runs the operator of this folder: what controller-runtime's users rely on, done to a cluster. Its checks are listed in its main.go. */
import { goUnavailable } from '../../hack/host-cluster/go-build.ts';
import { runGoChecks, type GoCheck } from '../go-client/run-checks.ts';

/** Why the program can't be built here; undefined when it can. */
export function goOperatorUnavailable(): string | undefined {
  return goUnavailable(import.meta.dirname);
}

/**
 * Runs the operator on the cluster of a kubeconfig, where it installs a definition and makes a namespace, and removes both. The cluster needs nodes.
 * @throws Error when the program can't be built, or ends without having run its checks.
 */
export function runGoOperator(kubeconfig: string): Promise<readonly GoCheck[]> {
  return runGoChecks(import.meta.dirname, 'go-operator', ['-kubeconfig', kubeconfig]);
}
