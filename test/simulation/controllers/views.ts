/**
 * What a process of controllers had been told, and when it decided: a controller may be judged by nothing newer than what it knew. Views are of one
 * process; the next one begins with none.
 */
import type { ApiRequest, ByteStream, Exchange } from '../../../src/api/exchange.ts';
import type { Controller } from '../../../src/controller/controller.ts';
import { isWatch } from '../mortal-exchange.ts';

type Seen = ReadonlyMap<string, number>;

export class Views {
  /** By plural: the newest revision that the informer has worked in. */
  readonly #seen = new Map<string, number>();
  /** At the beginning of work on a key: `job one/cron`. */
  readonly #decided = new Map<string, Seen>();
  /** By UID: the revision of what was written, although the answer was an error. */
  readonly #unacknowledged = new Map<string, number>();
  /** By the request's body. */
  readonly #written = new Map<unknown, Written>();

  /** At which revision of the resource `controller` decided what it does for `key`. */
  told(controller: string, key: string, plural: string): number {
    const decided = this.#decided.get(`${controller} ${key}`) ?? this.#seen;
    return decided.get(plural) ?? 0;
  }

  /** Whether what was last written of it can't have been known when `controller` decided what it does for `key`. */
  isUnknown(uid: string, controller: string, key: string, plural: string): boolean {
    return (this.#unacknowledged.get(uid) ?? 0) > this.told(controller, key, plural);
  }

  follow({ queue, name }: Controller): void {
    const take = queue.take.bind(queue);
    const done = queue.done.bind(queue);
    queue.take = async () => {
      const key = await take();
      if (key !== undefined) this.#decided.set(`${name} ${key}`, new Map(this.#seen));
      return key;
    };
    queue.done = (key) => {
      this.#decided.delete(`${name} ${key}`);
      done(key);
    };
  }

  /** Nearest to the controllers: sees what they are told. */
  listening(exchange: Exchange): Exchange {
    return async (request) => {
      try {
        const response = await exchange(request);
        if (response.status >= 400) this.#lose(request.body);
        if (response.body instanceof Uint8Array || !isWatch(request) || !isOfAll(request)) return response;
        const begun = !request.query.includes('sendInitialEvents=true');
        return { ...response, body: this.#listened(watchedIn(request), begun, response.body) };
      } catch (error) {
        this.#lose(request.body);
        throw error;
      } finally {
        this.#written.delete(request.body);
      }
    };
  }

  /** `body`: of the request that wrote it. */
  wrote(body: Uint8Array | undefined, written: Written): void {
    if (body && body.length > 0) this.#written.set(body, written);
  }

  #lose(body: Uint8Array): void {
    const written = this.#written.get(body);
    if (written) this.#unacknowledged.set(written.uid, written.revision);
  }

  /** A chunk counts as seen when the next one is asked for. */
  async *#listened(plural: string, current: boolean, body: ByteStream): ByteStream {
    let rest = '';
    let begun = current;
    for await (const chunk of body) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n');
      rest = lines.pop() ?? '';
      let newest = 0;
      for (const line of lines) {
        const { type, object } = JSON.parse(line) as WatchLine;
        // The state at the beginning comes in any order; its end says which it was.
        begun ||= type === 'BOOKMARK';
        if (begun) newest = Math.max(newest, Number(object.metadata?.resourceVersion ?? 0));
      }
      yield chunk;
      if (newest > (this.#seen.get(plural) ?? 0)) this.#seen.set(plural, newest);
    }
  }
}

interface Written {
  readonly uid: string;
  readonly revision: number;
}

interface WatchLine {
  readonly type: string;
  readonly object: { readonly metadata?: { readonly resourceVersion?: string } };
}

/** In all namespaces. */
function isOfAll({ path, query }: ApiRequest): boolean {
  return !path.includes('/namespaces/') && !/(label|field)Selector/.test(query);
}

/** `pods`; `pods (metadata)` for who asks for nothing else. */
function watchedIn({ path, headers }: ApiRequest): string {
  const partial = headers['accept']?.includes('PartialObjectMetadata') === true;
  return partial ? `${pluralIn(path)} (metadata)` : pluralIn(path);
}

/** Of `/api/v1/pods`, of `/apis/apps/v1/namespaces/one/deployments`. */
function pluralIn(path: string): string {
  return path.split('/').at(-1) ?? '';
}
