import { startAll, stopAll, type Service } from '../lib/service.ts';
import { tellReady, untilAskedToStop } from './child-role.ts';

/**
 * Runs a role's services until the process is asked to stop; being asked while they start stops them too. Resolves when nothing runs any
 * more. @throws what kept a service from starting
 */
export async function runRole(services: readonly Service[]): Promise<void> {
  const asked = untilAskedToStop();
  // Our timers keep nothing alive, by design; until we are asked to stop, this does.
  const alive = setInterval(() => undefined, 2 ** 30);
  try {
    const started = startAll(services).then(tellReady);
    await Promise.race([started, asked]);
    await asked;
  } finally {
    clearInterval(alive);
    await stopAll(services);
    // The parent's channel would keep us alive.
    if (process.connected) process.disconnect();
  }
}
