/** POST of a resource that code answers (reviews). Nothing is stored. */
import { plainResponse, encoderOf, type VerbRequest } from './verb.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import type { VirtualResource } from '../registry/virtual-resource.ts';
import { managedFieldsAfterUpdate } from '../registry/managed-fields/managed-fields.ts';
import { managedScope } from '../registry/managed-fields/scope.ts';
import { fieldManagerOf } from './field-manager.ts';
import { setManagedFields } from './object-part.ts';
import { writeOptions } from './query-options.ts';
import { readObject } from './request-object.ts';

export async function reviewVerb(request: VerbRequest, review: VirtualResource): Promise<ApiResponse> {
  const { context, negotiation, resource } = request;
  const encoder = encoderOf(request);
  const options = writeOptions(context.query, 'CreateOptions');
  const object = await readObject(context, negotiation, resource, options.fieldValidation);
  resource.applyDefaults(object);
  const managedFields = managedFieldsAfterUpdate({
    scope: managedScope(request.resources, resource, ''),
    live: undefined,
    next: object,
    manager: fieldManagerOf(context, options),
    now: context.now,
  });
  setManagedFields(object, managedFields);
  return plainResponse(encoder, 201, await review.create(context, object));
}
