/** A pod's priority is its class's. Mirrors kubernetes plugin/pkg/admission/priority. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { goJson } from '../../api/go-text.ts';
import type { KubeObject } from '../../api/object.ts';
import { textAt } from '../../api/json-fields.ts';
import { jsonOf } from '../registry/resources/fields.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { admissionForbidden, isCore } from './forbidden.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

const group = 'scheduling.k8s.io';
const defaultPolicy = 'PreemptLowerPriority';

export function priorityAdmission(cluster: ClusterReader): AdmissionPlugin {
  return {
    name: 'Priority',
    handles: (attributes) =>
      attributes.operation !== 'DELETE' && (isCore(attributes, 'pods') || isPriorityClass(attributes)),
    async mutate(attributes) {
      const { object, old } = attributes;
      if (!object || !isJsonObject(object['spec']) || isPriorityClass(attributes)) return;
      if (attributes.operation === 'UPDATE') keepPriority(object['spec'], old);
      else await setPriority(attributes, object['spec'], cluster);
    },
    async validate(attributes) {
      const { object } = attributes;
      if (!isPriorityClass(attributes) || object?.['globalDefault'] !== true) return;
      const other = await defaultClass(cluster);
      if (!other || other.metadata.name === object.metadata.name) return;
      const text = `PriorityClass ${other.metadata.name ?? ''} is already marked as default. Only one default can exist`;
      throw admissionForbidden(attributes, text);
    },
  };
}

function isPriorityClass({ resource, subresource }: AdmissionAttributes): boolean {
  return resource.gr.group === group && resource.gr.resource === 'priorityclasses' && subresource === '';
}

/** An update that leaves it out means no change. */
function keepPriority(spec: JsonObject, old: Readonly<KubeObject> | undefined): void {
  const before = isJsonObject(old?.['spec']) ? old['spec'] : {};
  for (const name of ['priority', 'preemptionPolicy']) {
    if (spec[name] === undefined && before[name] !== undefined) spec[name] = before[name];
  }
}

async function setPriority(attributes: AdmissionAttributes, spec: JsonObject, cluster: ClusterReader): Promise<void> {
  const name = textAt(spec, 'priorityClassName');
  const found = name === '' ? await defaultClass(cluster) : await cluster.find(group, 'priorityclasses', '', name);
  if (!found && name !== '') throw admissionForbidden(attributes, `no PriorityClass with name ${name} was found`);
  const priority = Number(found?.['value'] ?? 0);
  const policy = (found && textAt(jsonOf(found), 'preemptionPolicy')) || defaultPolicy;
  const given = spec['priority'];
  if (given !== undefined && given !== priority) {
    const text = `the integer value of priority (${goJson(given)}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
    throw admissionForbidden(attributes, text);
  }
  const givenPolicy = textAt(spec, 'preemptionPolicy');
  if (givenPolicy !== '' && givenPolicy !== policy) {
    const text = `the string value of PreemptionPolicy (${givenPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`;
    throw admissionForbidden(attributes, text);
  }
  if (found) spec['priorityClassName'] = found.metadata.name ?? '';
  spec['priority'] = priority;
  spec['preemptionPolicy'] = policy;
}

/** Of several, the one of lowest priority. */
async function defaultClass(cluster: ClusterReader): Promise<Readonly<KubeObject> | undefined> {
  const classes = await cluster.list(group, 'priorityclasses', '');
  return classes
    .filter((one) => one['globalDefault'] === true)
    .sort((left, right) => Number(left['value']) - Number(right['value']))[0];
}
