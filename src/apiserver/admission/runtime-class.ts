/** What a pod's RuntimeClass says of it: overhead, nodes, tolerations. Mirrors kubernetes plugin/pkg/admission/runtimeclass, v1.36. */
import { goQuote } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { compareQuantities, parseQuantity } from '../../api/quantity.ts';
import { jsonOf } from '../registry/resources/fields.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { admissionForbidden, isCore } from './forbidden.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { mergeTolerations } from './tolerations.ts';

const differs = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
const withoutClass = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';

export function runtimeClassAdmission(cluster: ClusterReader): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    handles: (attributes) => attributes.operation === 'CREATE' && isCore(attributes, 'pods'),
    async mutate(attributes) {
      const spec = attributes.object?.['spec'];
      const runtimeClass = await classOf(attributes, cluster);
      if (!runtimeClass || !isJsonObject(spec)) return;
      setOverhead(attributes, spec, runtimeClass);
      setScheduling(attributes, spec, runtimeClass);
    },
    async validate(attributes) {
      const given = objectAt(specOf(attributes), 'overhead');
      const runtimeClass = await classOf(attributes, cluster);
      const overhead = objectAt(runtimeClass, 'overhead');
      if (overhead && !sameAmounts(objectAt(overhead, 'podFixed'), given))
        throw admissionForbidden(attributes, differs);
      if (!overhead && given) throw admissionForbidden(attributes, withoutClass);
    },
  };
}

/** The class that the pod names; undefined where it names none. @throws StatusError Forbidden */
async function classOf(attributes: AdmissionAttributes, cluster: ClusterReader): Promise<JsonObject | undefined> {
  const name = textAt(specOf(attributes), 'runtimeClassName');
  if (name === '') return undefined;
  const found = await cluster.find('node.k8s.io', 'runtimeclasses', '', name);
  if (!found) throw admissionForbidden(attributes, `pod rejected: RuntimeClass ${goQuote(name)} not found`);
  return jsonOf(found);
}

function specOf({ object }: AdmissionAttributes): JsonObject | undefined {
  const spec = object?.['spec'];
  return isJsonObject(spec) ? spec : undefined;
}

function setOverhead(attributes: AdmissionAttributes, spec: JsonObject, runtimeClass: JsonObject): void {
  const podFixed = objectAt(objectAt(runtimeClass, 'overhead'), 'podFixed');
  if (!objectAt(runtimeClass, 'overhead')) return;
  const given = objectAt(spec, 'overhead');
  if (given && Object.keys(given).length > 0 && !sameAmounts(podFixed, given))
    throw admissionForbidden(attributes, differs);
  if (podFixed) spec['overhead'] = { ...podFixed };
  else delete spec['overhead'];
}

function setScheduling(attributes: AdmissionAttributes, spec: JsonObject, runtimeClass: JsonObject): void {
  const scheduling = objectAt(runtimeClass, 'scheduling');
  if (!scheduling) return;
  const wanted = objectAt(scheduling, 'nodeSelector') ?? {};
  const selector = { ...objectAt(spec, 'nodeSelector') };
  for (const key of Object.keys(wanted)) {
    const value = textAt(wanted, key);
    const own = Object.hasOwn(selector, key) ? textAt(selector, key) : value;
    if (own !== value) {
      const text = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
      throw admissionForbidden(attributes, text);
    }
    Object.defineProperty(selector, key, { value, enumerable: true, configurable: true, writable: true });
  }
  if (Object.keys(selector).length > 0) spec['nodeSelector'] = selector;
  const tolerations = mergeTolerations(objectsAt(spec, 'tolerations'), objectsAt(scheduling, 'tolerations'));
  if (tolerations.length > 0) spec['tolerations'] = tolerations;
}

/** Absent and empty are the same. */
function sameAmounts(left: JsonObject | undefined, right: JsonObject | undefined): boolean {
  const names = Object.keys(left ?? {});
  if (names.length !== Object.keys(right ?? {}).length) return false;
  return names.every((name) => {
    const [one, other] = [textAt(left, name), textAt(right, name)];
    return one !== '' && other !== '' && compareQuantities(parseQuantity(one), parseQuantity(other)) === 0;
  });
}
