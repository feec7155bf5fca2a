/**
 * A tenant's Ingress on the host. What it names is renamed: services, secrets, and in the annotations of the usual controllers, too. An Ingress with an
 * annotation that can't be carried there is not on the host at all: without it, what it was to guard would stand open. Pure.
 */
import { parseJson } from '../api/codec/parse-json.ts';
import { cloneJson, isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, nameOn, type On } from '../api/side.ts';
import { updatedContent } from './content.ts';
import { originOf, type Place } from './marks.ts';
import { copyMetadata } from './metadata.ts';
import { hostName } from './names.ts';

interface Backend extends JsonObject {
  service?: JsonObject & { name: string };
  resource?: JsonObject & { name: string };
}

interface IngressSpec extends JsonObject {
  ingressClassName?: string;
  defaultBackend?: Backend;
  tls?: (JsonObject & { secretName?: string })[];
  rules?: (JsonObject & { http?: { paths?: (JsonObject & { backend: Backend })[] } })[];
}

type Named = 'services' | 'secrets' | 'configmaps';

/** An object that an Ingress names, by its key in the tenant. */
export interface NamedByIngress {
  readonly kind: Named;
  readonly key: string;
}

/** Asked at each place; what it returns is written there. */
type Rename = (kind: Named, namespace: string, name: string) => string;

const classAnnotation = 'kubernetes.io/ingress.class';
const nginx = 'nginx.ingress.kubernetes.io';
const haproxy = 'haproxy-ingress.github.io';

/** Annotations whose text is `name` or `namespace/name`. */
const namingAnnotations: ReadonlyMap<string, Named> = new Map<string, Named>([
  [`${nginx}/auth-secret`, 'secrets'],
  [`${nginx}/auth-tls-secret`, 'secrets'],
  [`${nginx}/proxy-ssl-secret`, 'secrets'],
  [`${nginx}/default-backend`, 'services'],
  [`${nginx}/auth-proxy-set-headers`, 'configmaps'],
  [`${nginx}/custom-headers`, 'configmaps'],
  [`${nginx}/fastcgi-params-configmap`, 'configmaps'],
  [`${haproxy}/auth-secret`, 'secrets'],
  [`${haproxy}/auth-tls-secret`, 'secrets'],
  [`${haproxy}/secure-crt-secret`, 'secrets'],
  [`${haproxy}/secure-verify-ca-secret`, 'secrets'],
  ['haproxy.org/auth-secret', 'secrets'],
]);

/** Where a controller reads JSON that names services. */
const actionAnnotation = /^alb\.ingress\.kubernetes\.io\/(actions|conditions)\./;

/** Objects of kinds that the host doesn't have of the tenant, and would take for another's; and texts that become the controller's own configuration. */
const notCarried = [
  /^traefik\.ingress\.kubernetes\.io\/(router\.middlewares|router\.tls\.options|service\.serverstransport)$/,
  /^alb\.ingress\.kubernetes\.io\/auth-idp-/,
  /snippets?$/,
];

/** Certificates are asked for in the tenant: there they come to be. */
const leftOut = /^((acme\.)?cert-manager\.io\/|kubernetes\.io\/tls-acme$)/;

/** The class that it asks for; `undefined`: the default. */
export function ingressClassOf(ingress: Readonly<KubeObject>): string | undefined {
  return ingressSpec(ingress).ingressClassName ?? ingress.metadata.annotations?.[classAnnotation];
}

/** Why no copy of it can be made, in words for its owner; `undefined`: nothing is in the way. */
export function ingressObstacle(ingress: Readonly<KubeObject>): string | undefined {
  for (const [key, text] of Object.entries(ingress.metadata.annotations ?? {})) {
    if (leftOut.test(key)) continue;
    if (carried(ingress, key, text, '', (_kind, _namespace, name) => name) === undefined)
      return `its annotation ${key} can't be carried there${namingAnnotations.has(key) ? ': it may name things of its own namespace only' : ''}`;
  }
  return undefined;
}

/** Everything that it names. */
export function namedByIngress(ingress: Readonly<KubeObject>): readonly NamedByIngress[] {
  const named: NamedByIngress[] = [];
  const note: Rename = (kind, namespace, name) => {
    named.push({ kind, key: `${namespace}/${name}` });
    return name;
  };
  renamedSpec(ingress, note);
  renamedAnnotations(ingress, '', note);
  return named;
}

export function copyIngress(place: Place, ingress: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const rename: Rename = (_kind, namespace, name) =>
    hostName(place.tenant, nameOn('tenant', namespace), nameOn('tenant', name));
  const annotations = renamedAnnotations(ingress, place.hostNamespace, rename);
  return markOn('host', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: copyMetadata(place, { ...ingress, metadata: { ...ingress.metadata, annotations } }),
    spec: renamedSpec(ingress, rename),
  });
}

export function updatedIngressCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  return updatedContent(['spec'], current, wanted);
}

function renamedSpec(ingress: Readonly<KubeObject>, rename: Rename): IngressSpec {
  const { namespace } = originOf(ingress);
  const spec = cloneJson(ingressSpec(ingress));
  const paths = (spec.rules ?? []).flatMap(({ http }) => http?.paths ?? []);
  for (const backend of [spec.defaultBackend, ...paths.map((path) => path.backend)]) {
    // What isn't a service is renamed like one: at least it is nobody else's.
    for (const target of [backend?.service, backend?.resource])
      if (target) target.name = rename('services', namespace, target.name);
  }
  for (const tls of spec.tls ?? []) if (tls.secretName) tls.secretName = rename('secrets', namespace, tls.secretName);
  return spec;
}

function renamedAnnotations(
  ingress: Readonly<KubeObject>,
  hostNamespace: string,
  rename: Rename,
): Record<string, string> {
  const renamed = Object.entries(ingress.metadata.annotations ?? {}).flatMap(([key, text]) => {
    const there = leftOut.test(key) ? undefined : carried(ingress, key, text, hostNamespace, rename);
    return there === undefined ? [] : [[key, there]];
  });
  return Object.fromEntries(renamed);
}

/** An annotation's text on the host; `undefined`: it can't be carried there. */
function carried(
  ingress: Readonly<KubeObject>,
  key: string,
  text: string,
  hostNamespace: string,
  rename: Rename,
): string | undefined {
  if (notCarried.some((pattern) => pattern.test(key))) return undefined;
  const { namespace } = originOf(ingress);
  if (actionAnnotation.test(key)) return renamedAction(text, (name) => rename('services', namespace, name));
  const kind = namingAnnotations.get(key);
  if (kind === undefined) return text;
  const [, within, name] = /^(?:([^/]+)\/)?([^/]+)$/.exec(text) ?? [];
  // On the host all of the tenant's namespaces are one: the controller couldn't tell that a name is of another.
  if (name === undefined || (within !== undefined && within !== namespace)) return undefined;
  const there = rename(kind, namespace, name);
  return within === undefined ? there : `${hostNamespace}/${there}`;
}

/** `undefined`: nobody can read it. */
function renamedAction(text: string, rename: (service: string) => string): string | undefined {
  try {
    const action = parseJson(text);
    renameServices(action, rename, actionDepthMax);
    return JSON.stringify(action);
  } catch {
    return undefined;
  }
}

/** Deeper than any controller looks. */
const actionDepthMax = 16;

/** In place. @throws RangeError for what is too deep */
function renameServices(value: JsonValue, rename: (service: string) => string, depthLeft: number): void {
  if (depthLeft === 0) throw new RangeError('too deep');
  if (Array.isArray(value)) for (const item of value) renameServices(item, rename, depthLeft - 1);
  if (!isJsonObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (/^serviceName$/i.test(key) && typeof inner === 'string') value[key] = rename(inner);
    else renameServices(inner, rename, depthLeft - 1);
  }
}

/** The typed look. A door: the object's own API server has checked its types. */
function ingressSpec(ingress: Readonly<KubeObject>): IngressSpec {
  return (ingress['spec'] ?? {}) as IngressSpec;
}
