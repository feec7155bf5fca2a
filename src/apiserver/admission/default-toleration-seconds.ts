/** Pods stay for five minutes on a node that isn't ready. Mirrors kubernetes plugin/pkg/admission/defaulttolerationseconds. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { isCore } from './forbidden.ts';
import type { AdmissionPlugin } from './plugin.ts';

const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const tolerationSeconds = 300;

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: (attributes) => attributes.operation !== 'DELETE' && isCore(attributes, 'pods'),
  mutate({ object }) {
    const spec = object?.['spec'];
    if (!isJsonObject(spec)) return;
    const tolerations = Array.isArray(spec['tolerations'])
      ? spec['tolerations'].filter((one) => isJsonObject(one))
      : [];
    const missing = keys.filter((key) => !tolerations.some((toleration) => tolerates(toleration, key)));
    if (missing.length === 0) return;
    spec['tolerations'] = [
      ...tolerations,
      ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds })),
    ];
  },
};

function tolerates({ key, effect }: JsonObject, wanted: string): boolean {
  const anyKey = key === undefined || key === '';
  const anyEffect = effect === undefined || effect === '';
  return (anyKey || key === wanted) && (anyEffect || effect === 'NoExecute');
}
