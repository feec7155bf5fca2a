import type { ByteStream } from '../../api/exchange.ts';

/** The same stream; `ended` is called once, when it has ended in any way. */
export function watchedStream(source: ByteStream, ended: () => void): ByteStream {
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]();
      let over = false;
      const end = (): void => {
        if (!over) ended();
        over = true;
      };
      return {
        async next() {
          try {
            const result = await iterator.next();
            if (result.done === true) end();
            return result;
          } catch (error) {
            end();
            throw error;
          }
        },
        async return() {
          end();
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
