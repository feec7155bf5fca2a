/** Refusals of the host, in the tenant's words. */
import type { ByteStream } from '../api/exchange.ts';
import { newServiceUnavailable } from '../api/status.ts';

interface Response {
  readonly kind: 'response';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array | ByteStream;
}

/** What is longer is no refusal, but an app's page. */
const textBytesMax = 64 * 1024;
/** Who the tenant's user is, the host doesn't know: it speaks of Sublet's own account there. */
const ofAccount = new Set([401, 403]);

/**
 * `maybeOfApp`: an app may have answered; then only what says that it is a Status, and how long it is, is looked into.
 * @throws StatusError when the host refuses Sublet itself
 */
export async function scrubbedAnswer(
  answer: Response,
  scrub: (text: string) => string,
  maybeOfApp: boolean,
): Promise<Response> {
  if (maybeOfApp) {
    const { 'content-type': type = '', 'content-length': length = '' } = answer.headers;
    if (!/^application\/json\b/.test(String(type)) || !(Number(length || textBytesMax + 1) <= textBytesMax))
      return answer;
  }
  const text = await textOf(answer.body);
  if (maybeOfApp && !/^\s*\{\s*"kind"\s*:\s*"Status"/.test(text)) return { ...answer, body: Buffer.from(text) };
  if (!maybeOfApp && ofAccount.has(answer.status)) {
    throw newServiceUnavailable('the host does not let its tenants into their pods; its operator can tell why');
  }
  const { 'content-length': _length, ...headers } = answer.headers;
  return { ...answer, headers, body: Buffer.from(scrub(text)) };
}

/** As much as the limit allows. */
async function textOf(body: Uint8Array | ByteStream): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= textBytesMax) break;
  }
  return Buffer.concat(chunks).toString();
}
