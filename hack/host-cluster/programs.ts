/** The programs of the host cluster, built from the Go modules beside this file: upstream's control plane with kubectl, and etcd. */
import { join } from 'node:path';
import { buildGoPrograms, goUnavailable, type GoProgram } from './go-build.ts';

const kubernetesVersion = 'v1.36.3';
const controlPlane = join(import.meta.dirname, 'control-plane');

/** As upstream's own build stamps its programs: `kubectl version`, /version and nodes speak of these. */
export const kubernetesVariables: Readonly<Record<string, string>> = {
  'k8s.io/component-base/version.gitVersion': kubernetesVersion,
  'k8s.io/component-base/version.gitMajor': '1',
  'k8s.io/component-base/version.gitMinor': '36',
  'k8s.io/client-go/pkg/version.gitVersion': kubernetesVersion,
};

const programs: readonly GoProgram[] = [
  {
    module: controlPlane,
    package: '.',
    name: 'kubernetes',
    links: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'],
    variables: kubernetesVariables,
  },
  { module: join(import.meta.dirname, 'etcd'), package: 'go.etcd.io/etcd/server/v3', name: 'etcd' },
];

/** Why the programs cannot be built here; undefined when they can. */
export function hostClusterUnavailable(): string | undefined {
  return goUnavailable(controlPlane);
}

/**
 * The folder with kube-apiserver, kube-controller-manager, kube-scheduler, kubectl and etcd.
 * @throws Error when they do not build.
 */
export function buildHostCluster(report: (line: string) => void): Promise<string> {
  return buildGoPrograms('host-cluster', programs, report);
}
