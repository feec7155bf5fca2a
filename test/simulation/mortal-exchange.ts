/** What is left of a process that has crashed: no request of it is sent any more, and no answer arrives. */
import type { ApiRequest, ByteStream, Exchange } from '../../src/api/exchange.ts';
import type { VirtualTime } from './virtual-clock.ts';

export interface Life {
  dead: boolean;
  /** Ends what its peers still have open. */
  readonly death: AbortController;
}

export function newLife(): Life {
  return { dead: false, death: new AbortController() };
}

/** A promise of its own each time: one that all wait for would keep them all in memory. */
export const never = (): Promise<never> => new Promise<never>(() => undefined);

/** `exchange` as the process has it. */
export function mortalExchange(life: Life, time: VirtualTime, exchange: Exchange): Exchange {
  return async (request) => {
    if (life.dead) return never();
    time.stir();
    try {
      const signal = isWatch(request) ? AbortSignal.any([request.signal, life.death.signal]) : request.signal;
      const response = await exchange({ ...request, signal });
      time.stir();
      if (life.dead) return await never();
      return response.body instanceof Uint8Array ? response : { ...response, body: mortalStream(life, response.body) };
    } catch (error) {
      time.stir();
      if (life.dead) return never();
      throw error;
    }
  };
}

/** Calls `passed` before and after each write, where the process may die. */
export function withCrashPoints(life: Pick<Life, 'dead'>, passed: () => void, exchange: Exchange): Exchange {
  return async (request) => {
    if (request.method === 'GET') return exchange(request);
    passed();
    if (life.dead) return never();
    const response = await exchange(request);
    passed();
    return response;
  };
}

export function isWatch({ query }: Pick<ApiRequest, 'query'>): boolean {
  return query.includes('watch=true');
}

async function* mortalStream(life: Pick<Life, 'dead'>, body: ByteStream): ByteStream {
  for await (const chunk of body) {
    if (life.dead) await never();
    yield chunk;
  }
  if (life.dead) await never();
}
