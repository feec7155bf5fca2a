import type { Service } from '../../lib/service.ts';

/** A gate must be able to close again before what it has opened is ready. */
export function inBackground(service: Service): Service {
  return {
    name: service.name,
    start() {
      // It rejects only when it is stopped before, and then nobody waits for it.
      void service.start().catch(() => undefined);
      return Promise.resolve();
    },
    stop: () => service.stop(),
  };
}
