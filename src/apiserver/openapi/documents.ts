/** Writes whole OpenAPI documents, version 2 and version 3, of group versions. */
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { groupVersionPath, type Descriptions, type GroupVersionSource } from './group-version-source.ts';
import { operationsOf, type Operation } from './operations.ts';
import type { Parameter } from './parameters.ts';
import type { RemoteOpenApi } from './remote-openapi.ts';

const statusTexts: Readonly<Record<string, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  401: 'Unauthorized',
};
const bearerToken = {
  BearerToken: { description: 'Bearer Token authentication', in: 'header', name: 'authorization', type: 'apiKey' },
};

/** `version`: what `info` says. */
export function version3Document(source: GroupVersionSource, version: string, descriptions: Descriptions): JsonObject {
  const paths = Object.entries(operationsOf(source)).map(([path, operations]) => [
    path,
    pathItem(operations, version3Operation, version3Parameter),
  ]);
  return {
    openapi: '3.0.0',
    // What is defined is published under a name of its own.
    info: source.custom ? { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' } : { title: 'Kubernetes', version },
    // Made of what was just written.
    paths: Object.fromEntries(paths) as JsonObject,
    components: { schemas: { ...source.definitions('v3', descriptions) }, securitySchemes: bearerToken },
  };
}

/** One document for all group versions. */
export function version2Document(
  sources: readonly GroupVersionSource[],
  version: string,
  descriptions: Descriptions,
): JsonObject {
  const paths: JsonObject = {};
  const definitions: JsonObject = {};
  for (const source of sources) {
    for (const [path, operations] of Object.entries(operationsOf(source))) {
      paths[path] = pathItem(operations, version2Operation, version2Parameter);
    }
    Object.assign(definitions, source.definitions('v2', descriptions));
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths,
    definitions,
    securityDefinitions: bearerToken,
    security: [{ BearerToken: [] }],
  };
}

/** `/openapi/v3`: where each document is. `hashes` by path (`apis/apps/v1`). */
export function version3Index(
  sources: readonly GroupVersionSource[],
  hashOf: (source: GroupVersionSource) => string,
  remotes: readonly RemoteOpenApi[] = [],
): JsonObject {
  const paths = sources.map((source) => {
    const path = groupVersionPath(source);
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(source)}` }];
  });
  const theirs = remotes.flatMap(({ path, version3Url }) =>
    version3Url === undefined ? [] : [[path, { serverRelativeURL: version3Url }]],
  );
  // Made of what was just written.
  return { paths: Object.fromEntries([...paths, ...theirs]) as JsonObject };
}

/** What all operations of a path take stands once, beside them. */
function pathItem(
  operations: readonly Operation[],
  writeOperation: (operation: Operation, own: readonly Parameter[]) => JsonObject,
  writeParameter: (parameter: Parameter) => JsonObject,
): JsonObject {
  const first = operations[0]?.parameters ?? [];
  const common = first.filter((parameter) =>
    operations.every(({ parameters }) =>
      parameters.some((other) => other.name === parameter.name && other.in === parameter.in),
    ),
  );
  const item: JsonObject = {};
  for (const operation of operations) {
    const own = operation.parameters.filter(
      ({ name, in: place }) => !common.some((other) => other.name === name && other.in === place),
    );
    item[operation.method] = writeOperation(operation, own);
  }
  if (common.length > 0) item['parameters'] = sortedByName(common).map(writeParameter);
  return item;
}

function sortedByName(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.toSorted((left, right) =>
    left.name < right.name ? -1 : left.name > right.name ? 1 : left.in < right.in ? -1 : 1,
  );
}

function version3Operation(operation: Operation, own: readonly Parameter[]): JsonObject {
  const content = (schema: string, types: readonly string[]): JsonObject =>
    Object.fromEntries(types.map((type) => [type, { schema: schemaRef(schema, '#/components/schemas/') }]));
  const { body } = operation;
  return {
    ...commonParts(operation),
    ...(own.length > 0 ? { parameters: sortedByName(own).map(version3Parameter) } : {}),
    ...(body
      ? { requestBody: { content: content(body.schema, body.types), ...(body.required ? { required: true } : {}) } }
      : {}),
    responses: responsesOf(operation, (schema) => ({ content: content(schema, operation.produces) })),
  };
}

function version2Operation(operation: Operation, own: readonly Parameter[]): JsonObject {
  const { body } = operation;
  const bodyParameter: JsonObject[] = body
    ? [
        {
          in: 'body',
          name: 'body',
          ...(body.required ? { required: true } : {}),
          schema: schemaRef(body.schema, '#/definitions/'),
        },
      ]
    : [];
  const parameters = [...bodyParameter, ...sortedByName(own).map(version2Parameter)];
  const consumes = body?.types ?? ['*/*'];
  return {
    ...commonParts(operation),
    consumes: [...(operation.action === undefined ? operation.produces : consumes)],
    produces: [...operation.produces],
    schemes: ['https'],
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: responsesOf(operation, (schema) => ({ schema: schemaRef(schema, '#/definitions/') })),
  };
}

function commonParts({ action, description, gvk, id, tag }: Operation): JsonObject {
  return {
    description,
    operationId: id,
    tags: [tag],
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(gvk === undefined
      ? {}
      : { 'x-kubernetes-group-version-kind': { group: gvk.group, kind: gvk.kind, version: gvk.version } }),
  };
}

function responsesOf(operation: Operation, withSchema: (schema: string) => JsonObject): JsonObject {
  const responses: JsonObject = {};
  for (const [code, schema] of Object.entries(operation.responses)) {
    responses[code] = { description: statusTexts[code] ?? code, ...withSchema(schema) };
  }
  responses['401'] = { description: statusTexts['401'] ?? '' };
  return responses;
}

function schemaRef(schema: string, prefix: string): JsonObject {
  return schema === 'string' ? { type: 'string' } : { $ref: `${prefix}${schema}` };
}

function version3Parameter(parameter: Parameter): JsonObject {
  const schema: JsonValue = { type: parameter.type, uniqueItems: true };
  return { name: parameter.name, in: parameter.in, ...(parameter.in === 'path' ? { required: true } : {}), schema };
}

function version2Parameter(parameter: Parameter): JsonObject {
  return {
    name: parameter.name,
    in: parameter.in,
    ...(parameter.in === 'path' ? { required: true } : {}),
    type: parameter.type,
    uniqueItems: true,
  };
}
