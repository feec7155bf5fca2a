/** Types of what a write sends, as another version has them. */
import { newServiceUnavailable } from '../../../api/status.ts';
import type { JsonObject } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { schemaForKind } from '../../../schema/builtin/catalog.ts';
import { openSchema } from '../../../schema/open-schema.ts';
import type { ObjectSchema } from '../../../schema/schema.ts';
import type { ServedResource } from '../../registry/served-resource.ts';
import { kindOf } from './match.ts';

/** What connections are asked for with stands in no schema; whoever opens them takes what he knows of it. */
const connectOptions = /^(?:Pod|Service|Node)[A-Za-z]*Options$/;

/** @throws StatusError ServiceUnavailable */
export function versionedSchema(resource: ServedResource, subresource: string): ObjectSchema {
  if (isServedKind(resource, subresource)) return resource.schema;
  const gvk = kindOf(resource, subresource);
  const schema = schemaForKind(gvk) ?? (gvk.group === '' && connectOptions.test(gvk.kind) ? openSchema : undefined);
  if (schema) return schema;
  const text = `${gvk.group}/${gvk.version}, Kind=${gvk.kind}`;
  throw newServiceUnavailable(
    `Resource kind ${text} not found. There can be a delay between when CustomResourceDefinitions are created and when they are available.`,
  );
}

/** May mutate `object`. */
export function withDefaults(resource: ServedResource, subresource: string, object: JsonObject): JsonObject {
  // A kind's schema has metadata.
  if (isServedKind(resource, subresource)) resource.applyDefaults(object as KubeObject);
  return object;
}

function isServedKind(resource: ServedResource, subresource: string): boolean {
  const { group, kind } = kindOf(resource, subresource);
  return group === resource.gvk.group && kind === resource.gvk.kind;
}
