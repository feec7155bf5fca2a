/** Reviews that ask what would be allowed. Mirrors kubernetes pkg/registry/authorization and its validation. */
import * as field from '../../api/field-error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { newBadRequest, newInvalid } from '../../api/status.ts';
import type { User } from '../../api/user.ts';
import { ensureNamespace } from '../registry/before-write.ts';
import type { VirtualResource } from '../registry/virtual-resource.ts';
import type { Attributes, Authorizer, Decision } from './authorizer.ts';
import { ignoredSelectors, selectorErrors } from './review-selectors.ts';

const group = 'authorization.k8s.io';
const version = 'v1';

/** All four of them. */
export function accessReviews(authorizer: Authorizer): readonly VirtualResource[] {
  const decide = async (object: KubeObject, user: User): Promise<KubeObject> => {
    const spec = specOf(object);
    const status = statusOf(await authorizer.authorize(attributesOf(spec, user)), ignoredSelectors(resourceOf(spec)));
    const { kind, apiVersion, metadata } = object;
    return { kind, apiVersion, metadata, spec, status };
  };
  return [
    {
      group,
      version,
      resource: 'subjectaccessreviews',
      create(_context, object) {
        check([...subjectErrors(object), ...emptyMetadataErrors(object, 'must be empty')]);
        return decide(object, subjectOf(specOf(object)));
      },
    },
    {
      group,
      version,
      resource: 'selfsubjectaccessreviews',
      create({ user }, object) {
        const spec = specOf(object);
        const errors = [...attributeErrors(spec), ...selectorErrors(resourceOf(spec))];
        check([...errors, ...emptyMetadataErrors(object, 'must be empty')]);
        return decide(object, user);
      },
    },
    {
      group,
      version,
      resource: 'localsubjectaccessreviews',
      async create({ info }, object) {
        ensureNamespace(object.metadata, info.namespace);
        check(localErrors(object));
        return decide(object, subjectOf(specOf(object)));
      },
    },
    selfSubjectRulesReviews(authorizer),
  ];
}

function selfSubjectRulesReviews(authorizer: Authorizer): VirtualResource {
  return {
    group,
    version,
    resource: 'selfsubjectrulesreviews',
    async create({ user }, object) {
      const namespace = textOf(specOf(object)['namespace']);
      if (namespace === '') throw newBadRequest('no namespace on request');
      const rules = await authorizer.rulesFor(user, namespace);
      const { kind, apiVersion } = object;
      // Plain lists of texts.
      const status = structuredClone(rules) as unknown as JsonObject;
      return { kind, apiVersion, metadata: {}, spec: {}, status };
    },
  };
}

function specOf(object: KubeObject): JsonObject {
  return isJsonObject(object['spec']) ? object['spec'] : {};
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function subjectOf(spec: JsonObject): User {
  const extra = isJsonObject(spec['extra']) ? spec['extra'] : {};
  return {
    name: textOf(spec['user']),
    uid: textOf(spec['uid']),
    groups: textsOf(spec['groups']),
    extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, textsOf(values)])),
  };
}

function attributesOf(spec: JsonObject, user: User): Attributes {
  const resource = spec['resourceAttributes'];
  const other = isJsonObject(spec['nonResourceAttributes']) ? spec['nonResourceAttributes'] : {};
  const from = isJsonObject(resource) ? resource : other;
  const text = (name: string): string => textOf(from[name]);
  return {
    user,
    isResourceRequest: from === resource,
    verb: text('verb'),
    path: text('path'),
    namespace: text('namespace'),
    group: text('group'),
    // Mirrors authorizationutil matchAllVersionIfEmpty.
    version: text('version') === '' ? '*' : text('version'),
    resource: text('resource'),
    subresource: text('subresource'),
    name: text('name'),
  };
}

function resourceOf(spec: JsonObject): JsonObject {
  return isJsonObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
}

function statusOf({ decision, reason, evaluationError }: Decision, ignored: readonly string[]): JsonObject {
  const status: JsonObject = { allowed: decision === 'allow' };
  if (decision === 'deny') status['denied'] = true;
  if (reason !== '') status['reason'] = reason;
  const errors = [...(evaluationError === undefined ? [] : [evaluationError]), ...ignored];
  if (errors.length > 0) status['evaluationError'] = errors.join('; ');
  return status;
}

function check(errors: readonly field.FieldError[]): void {
  // Upstream names no kind here: its internal object has none.
  if (errors.length > 0) throw newInvalid({ group, kind: '' }, '', errors);
}

function attributeErrors(spec: JsonObject): field.FieldError[] {
  const path = field.path('spec');
  const { resourceAttributes: resource = null, nonResourceAttributes: other = null } = spec;
  if (resource !== null && other !== null) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    return [field.invalid(path.child('nonResourceAttributes'), internalForm(other), detail)];
  }
  if (resource === null && other === null) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    return [field.invalid(path.child('resourceAttributes'), null, detail)];
  }
  return [];
}

/** As upstream's message shows it: its internal type has no names for JSON. */
function internalForm(attributes: JsonValue): JsonValue {
  const { path, verb } = isJsonObject(attributes) ? attributes : {};
  return { Path: textOf(path), Verb: textOf(verb) };
}

function subjectErrors(object: KubeObject): field.FieldError[] {
  const spec = specOf(object);
  const errors = attributeErrors(spec);
  if (textOf(spec['user']) === '' && textsOf(spec['groups']).length === 0) {
    errors.push(field.invalid('spec.user', '', 'at least one of user or group must be specified'));
  }
  return [...errors, ...selectorErrors(resourceOf(spec))];
}

function localErrors(object: KubeObject): field.FieldError[] {
  const { resourceAttributes: resource = null, nonResourceAttributes: other = null } = specOf(object);
  const errors = [...subjectErrors(object), ...emptyMetadataErrors(object, 'must be empty except for namespace', true)];
  const namespace = isJsonObject(resource) ? textOf(resource['namespace']) : undefined;
  if (namespace !== undefined && namespace !== (object.metadata.namespace ?? '')) {
    errors.push(field.invalid('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace'));
  }
  if (other !== null) {
    errors.push(field.invalid('spec.nonResourceAttributes', internalForm(other), 'disallowed on this kind of request'));
  }
  return errors;
}

function emptyMetadataErrors(object: KubeObject, detail: string, exceptNamespace = false): field.FieldError[] {
  const { managedFields: _managed, namespace, creationTimestamp, ...rest } = object.metadata;
  const named = namespace !== undefined && namespace !== '' && !exceptNamespace;
  if (Object.keys(rest).length === 0 && !named && (creationTimestamp ?? null) === null) return [];
  // Metadata is JSON.
  return [field.invalid('metadata', object.metadata as unknown as JsonObject, detail)];
}
