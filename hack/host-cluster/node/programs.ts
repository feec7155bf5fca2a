/** The programs of a node that Debian does not have, or has too old: built from the Go modules beside this file. */
import { join } from 'node:path';
import { buildGoPrograms, type GoProgram } from '../go-build.ts';
import { kubernetesVariables } from '../programs.ts';

export const kubeletModule = join(import.meta.dirname, 'kubelet');

const programs: readonly GoProgram[] = [
  {
    module: kubeletModule,
    package: '.',
    name: 'kubelet',
    links: ['kube-proxy'],
    variables: kubernetesVariables,
  },
  { module: kubeletModule, package: 'k8s.io/kubernetes/test/images/agnhost', name: 'agnhost' },
  { module: kubeletModule, package: 'k8s.io/kubernetes/test/images/nonewprivs', name: 'nnp' },
  { module: join(import.meta.dirname, 'coredns'), package: '.', name: 'coredns' },
  { module: join(import.meta.dirname, 'pause'), package: '.', name: 'pause' },
];

/**
 * The folder with kubelet, kube-proxy, agnhost, nnp (it tells as whom it runs), coredns and pause.
 * @throws Error when they do not build.
 */
export function buildNodePrograms(report: (line: string) => void): Promise<string> {
  return buildGoPrograms('host-node', programs, report);
}
