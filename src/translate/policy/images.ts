/**
 * Where images come from. A reference is read as container runtimes read it (distribution's reference grammar and its defaults for Docker Hub), and what
 * isn't a reference comes from nowhere.
 */
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { allContainers, listed } from './containers.ts';
import type { PolicyRule, Violation } from './policy.ts';

export const registries: PolicyRule = {
  violations({ registries: allowed }, { spec }) {
    if (!allowed) return [];
    const check = (field: string, image: string): Violation[] => {
      const repository = repositoryOf(image);
      if (repository !== undefined && allowed.some((from) => isFrom(repository, from))) return [];
      const where = repository === undefined ? 'is not the reference of an image' : `is from ${repository}`;
      return [{ field, text: `"${image}" ${where}; images may be from ${listed(allowed)}` }];
    };
    const ofVolumes = objectsAt(spec, 'volumes').flatMap((volume) => {
      const image = objectAt(volume, 'image');
      return image ? check(`spec.volumes[${textAt(volume, 'name')}].image.reference`, textAt(image, 'reference')) : [];
    });
    const ofContainers = allContainers(spec).flatMap(({ field, container }) =>
      check(`${field}.image`, textAt(container, 'image')),
    );
    return [...ofContainers, ...ofVolumes];
  },
};

export const pulledAnew: PolicyRule = {
  adjust({ imagePullPolicy: policy }, spec) {
    if (policy === undefined) return;
    for (const { container } of allContainers(spec)) container['imagePullPolicy'] = policy;
    for (const volume of objectsAt(spec, 'volumes')) {
      const image = objectAt(volume, 'image');
      if (image) image['pullPolicy'] = policy;
    }
  },
  violations: () => [],
};

const domain =
  /^(?:(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[a-fA-F0-9:]+\])(?::\d+)?$/;
const pathPart = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tag = /^\w[\w.-]{0,127}$/;
const digest = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
/** Longer ones are none. */
const referenceLengthMax = 1024;

/** `docker.io/library/nginx` of `nginx:1.27`. `undefined`: it is no reference. */
export function repositoryOf(image: string): string | undefined {
  if (image.length > referenceLengthMax) return undefined;
  const [named = '', digestText, ...more] = image.split('@');
  if (more.length > 0 || (digestText !== undefined && !digest.test(digestText))) return undefined;
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  if (colon >= 0 && !tag.test(named.slice(colon + 1))) return undefined;
  const [registry, path] = splitDomain(name);
  if (!domain.test(registry) || !path.split('/').every((part) => pathPart.test(part))) return undefined;
  return `${registry}/${path}`;
}

/** Whether a text can stand in a policy: a registry by its full name, and maybe a path in it. */
export function isRegistryPrefix(text: string): boolean {
  const [registry = '', ...parts] = text.split('/');
  return isDomain(registry) && domain.test(registry) && parts.every((part) => pathPart.test(part));
}

function isFrom(repository: string, prefix: string): boolean {
  return repository === prefix || repository.startsWith(`${prefix}/`);
}

/** Mirrors distribution/reference splitDockerDomain. */
function splitDomain(name: string): readonly [registry: string, path: string] {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isFirstDomain = slash >= 0 && isDomain(first);
  const path = isFirstDomain ? name.slice(slash + 1) : name;
  const registry = !isFirstDomain || first === 'index.docker.io' ? 'docker.io' : first;
  return [registry, registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path];
}

/** What else comes before the first slash is a name on Docker Hub. */
function isDomain(text: string): boolean {
  return /[.:]/.test(text) || text === 'localhost' || text.toLowerCase() !== text;
}
