/** Puts a pod on a node: `/binding`, and the older `bindings` resource. Mirrors kubernetes core/pod/storage BindingREST. */
import type { ApiResponse } from '../../api/exchange.ts';
import * as field from '../../api/field-error.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { failure, newBadRequest, newConflict, successStatus } from '../../api/status.ts';
import { schemaForKind } from '../../schema/builtin/catalog.ts';
import { failedPrecondition } from '../registry/storage-errors.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { StoredObject } from '../registry/stored-object.ts';
import { textAt } from '../../api/json-fields.ts';
import { setPodCondition } from './pod-conditions.ts';
import { writeOptions } from './query-options.ts';
import { readObject } from './request-object.ts';
import { admissionOf, encoderOf, plainResponse, type VerbHandler, type VerbRequest } from './verb.ts';

const gvk = { group: '', version: 'v1', kind: 'Binding' };

/** `/api/v1/namespaces/N/pods/P/binding` */
export const createBinding: VerbHandler = (request) => bind(request, request.resource);

/** `/api/v1/namespaces/N/bindings` */
export const createLegacyBinding: VerbHandler = (request) => {
  const pods = request.resources.find('', 'v1', 'pods');
  if (!pods) throw new Error('pods are always served');
  return bind(request, pods);
};

async function bind(request: VerbRequest, pods: ServedResource): Promise<ApiResponse> {
  const { context, negotiation, store, namespace } = request;
  const encoder = encoderOf(request);
  const options = writeOptions(context.query, 'CreateOptions');
  const schema = schemaForKind(gvk) ?? request.resource.schema;
  const binding = await readObject(context, negotiation, { gvk, schema }, options.fieldValidation);
  const name = binding.metadata.name ?? '';
  if (request.name !== '' && name !== request.name) {
    throw newBadRequest('name in URL does not match name in Binding object');
  }
  const target = isJsonObject(binding['target']) ? binding['target'] : {};
  const node = checkTarget(target);
  const admission = admissionOf({ ...request, name }, 'CREATE', options.dryRun);
  await admission.mutate(binding, undefined);
  await admission.validate(binding, undefined);
  await store.rewrite({ resource: pods, namespace, name }, options.dryRun, (old) => {
    checkPreconditions({ resource: pods, namespace, name }, binding, old);
    return bound(old, binding, node, context.now);
  });
  return plainResponse(encoder, 201, { ...successStatus(), code: 201 });
}

/** The node's name. */
function checkTarget(target: JsonObject): string {
  const kind = textAt(target, 'kind');
  const name = textAt(target, 'name');
  const errors: field.FieldError[] = [];
  if (kind !== '' && kind !== 'Node') {
    errors.push(field.notSupported('target.kind', kind, ['Node', '<empty>']));
  }
  if (name === '') errors.push(field.required('target.name', ''));
  if (errors.length > 0) throw failure(500, '', field.fieldErrorsText(errors));
  return name;
}

function checkPreconditions(
  target: { readonly resource: ServedResource; readonly namespace: string; readonly name: string },
  binding: KubeObject,
  old: StoredObject,
): void {
  const { uid, resourceVersion } = binding.metadata;
  const found = old.object.metadata.uid ?? '';
  if (uid && uid !== found) throw failedPrecondition(target, uid, found);
  if (resourceVersion && resourceVersion !== String(old.revision)) {
    const text = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${old.revision}`;
    throw newConflict(target.resource.gr, target.name, text);
  }
}

function bound(old: StoredObject, binding: KubeObject, node: string, now: number): KubeObject {
  const pod = old.decode();
  const name = pod.metadata.name ?? '';
  const refuse = (text: string) => newConflict({ group: '', resource: 'pods/binding' }, name, text);
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  const spec = isJsonObject(pod['spec']) ? pod['spec'] : {};
  if (typeof spec['nodeName'] === 'string' && spec['nodeName'] !== '') {
    throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(spec['nodeName'])}`);
  }
  if (Array.isArray(spec['schedulingGates']) && spec['schedulingGates'].length > 0) {
    throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  }
  pod['spec'] = { ...spec, nodeName: node };
  if (isJsonObject(pod['status'])) {
    const { nominatedNodeName: _, ...status } = pod['status'];
    pod['status'] = status;
  }
  if (binding.metadata.annotations)
    pod.metadata.annotations = { ...pod.metadata.annotations, ...binding.metadata.annotations };
  if (binding.metadata.labels) pod.metadata.labels = { ...pod.metadata.labels, ...binding.metadata.labels };
  setPodCondition(pod, { type: 'PodScheduled', status: 'True' }, now);
  return pod;
}
