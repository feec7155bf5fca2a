/** Upstream's end-to-end suite, built from its Go module: `e2e.test`. */
import { join } from 'node:path';
import { buildGoPrograms, type GoProgram } from '../host-cluster/go-build.ts';

const kubernetesVersion = 'v1.36.3';

const program: GoProgram = {
  module: import.meta.dirname,
  package: 'k8s.io/kubernetes/test/e2e',
  name: 'e2e.test',
  tests: true,
  // As upstream's own build stamps them: what needs a newer server than this is skipped by the suite.
  variables: {
    'k8s.io/component-base/version.gitVersion': kubernetesVersion,
    'k8s.io/component-base/version.gitMajor': '1',
    'k8s.io/component-base/version.gitMinor': '36',
    'k8s.io/client-go/pkg/version.gitVersion': kubernetesVersion,
  },
};

/**
 * The path of e2e.test, from the cache where it is there; else it is built, which takes minutes.
 * @throws Error when it does not build.
 */
export async function buildE2eTest(report: (line: string) => void): Promise<string> {
  return join(await buildGoPrograms('e2e-test', [program], report), program.name);
}
