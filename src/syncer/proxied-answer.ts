/**
 * The host's API server leads redirects and the links of pages that it proxies back to itself, by its own path of the copy. Here that path becomes the
 * tenant's. Mirrors what apimachinery util/proxy Transport does, v1.36, once more.
 */
import type { ByteStream } from '../api/exchange.ts';

interface Response {
  readonly kind: 'response';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array | ByteStream;
}

/** `hostRoot`: as it was sent; `tenantRoot`: as the client asked. */
export function withTenantRoot(answer: Response, hostRoot: string, tenantRoot: string): Response {
  // Go prints paths decoded where it can.
  const roots = [...new Set([hostRoot, decodeURIComponent(hostRoot)])];
  const { location } = answer.headers;
  const { 'content-length': length, ...rest } = answer.headers;
  let headers = answer.headers;
  if (typeof location === 'string') {
    const found = roots.find((root) => location.startsWith(root));
    if (found !== undefined) headers = { ...headers, location: tenantRoot + location.slice(found.length) };
  }
  const isPage = /^text\/html\b/i.test(String(answer.headers['content-type'] ?? ''));
  if (!isPage || answer.headers['content-encoding'] !== undefined || answer.body instanceof Uint8Array) {
    return { ...answer, headers };
  }
  if (length !== undefined)
    headers = { ...rest, ...(headers['location'] === undefined ? {} : { location: headers['location'] }) };
  return { ...answer, headers, body: replaced(answer.body, roots, tenantRoot) };
}

/** The bytes with `wanted` in place of each of `texts`, whose beginnings are kept back until what follows has come. */
async function* replaced(body: ByteStream, texts: readonly string[], wanted: string): ByteStream {
  const keptMax = Math.max(...texts.map((text) => text.length)) - 1;
  let rest = '';
  for await (const chunk of body) {
    // Latin-1 keeps each byte; the paths are ASCII.
    rest = replaceAll(rest + Buffer.from(chunk).toString('latin1'), texts, wanted);
    const keep = beginningAtEnd(rest, texts, keptMax);
    if (rest.length > keep) yield Buffer.from(rest.slice(0, rest.length - keep), 'latin1');
    rest = keep === 0 ? '' : rest.slice(-keep);
  }
  if (rest !== '') yield Buffer.from(rest, 'latin1');
}

function replaceAll(text: string, texts: readonly string[], wanted: string): string {
  return texts.reduce((done, one) => done.replaceAll(one, () => wanted), text);
}

/** How many characters at the end of `text` may be the beginning of one of `texts`. */
function beginningAtEnd(text: string, texts: readonly string[], keptMax: number): number {
  for (let size = Math.min(keptMax, text.length); size > 0; size--) {
    const end = text.slice(-size);
    if (texts.some((one) => one.startsWith(end))) return size;
  }
  return 0;
}
