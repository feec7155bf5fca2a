/** The one pinned version of Kubernetes whose API is served, as the versions of the Go modules that hold its facts. */
export const kubernetesVersion = 'v1.36.3';

export const versions: Readonly<Record<string, string>> = {
  'k8s.io/kubernetes': kubernetesVersion,
  'k8s.io/api': 'v0.36.3',
  'k8s.io/apimachinery': 'v0.36.3',
  'k8s.io/apiextensions-apiserver': 'v0.36.3',
  'k8s.io/kube-aggregator': 'v0.36.3',
};
