/** Which tag a container image's name asks for. Mirrors pkg/util/parsers ParseImageName over distribution/reference. */

const domainLabel = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${domainLabel}(?:\\.${domainLabel})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const reference = new RegExp(
  `^((?:${domain}/)?${pathPart}(?:/${pathPart})*)(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);
const digestOfKnownAlgorithm = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
const identifier = /^[a-f0-9]{64}$/;
/** In characters; longer names are not looked at. */
const nameMax = 255;
const imageMax = 1024;

/** `latest` where the name has neither tag nor digest; empty for a digest alone, and for what is no image name. */
export function imageTag(image: string): string {
  if (image.length > imageMax || identifier.test(image)) return '';
  const normalized = normalize(image);
  if (normalized === undefined) return '';
  const match = reference.exec(normalized);
  if (!match) return '';
  const [, name = '', tag = '', digest] = match;
  if (name.length > nameMax) return '';
  if (digest === undefined) return tag === '' ? 'latest' : tag;
  return digestOfKnownAlgorithm.test(digest) ? tag : '';
}

/** `nginx` → `docker.io/library/nginx`. Undefined: the repository's name isn't in lower case. */
function normalize(image: string): string | undefined {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const hasDomain = slash >= 0 && (first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first);
  const isDocker = !hasDomain || first === 'docker.io' || first === 'index.docker.io';
  const rest = hasDomain ? image.slice(slash + 1) : image;
  const remainder = isDocker && !rest.includes('/') ? `library/${rest}` : rest;
  const remote = remainder.split(':', 1)[0] ?? '';
  if (remote.toLowerCase() !== remote) return undefined;
  return `${isDocker ? 'docker.io' : first}/${remainder}`;
}
