/**
 * Whatever has a life. A composition root starts services in order and stops them in reverse.
 */
export interface Service {
  readonly name: string;
  /** Resolves when the service is ready to be used. Called once. */
  start(): Promise<void>;
  /** Resolves when nothing of the service runs any more. Idempotent, and safe when `start` failed or was never called. */
  stop(): Promise<void>;
}

/** Starts all in order; when one fails, stops those already started (in reverse) and rethrows. */
export async function startAll(services: readonly Service[]): Promise<void> {
  const started: Service[] = [];
  try {
    for (const service of services) {
      started.push(service);
      await service.start();
    }
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

/** Stops all in reverse order. One that fails doesn't keep the others from stopping; failures are rethrown together. */
export async function stopAll(services: readonly Service[]): Promise<void> {
  const failures: unknown[] = [];
  for (const service of services.toReversed()) {
    try {
      await service.stop();
    } catch (error) {
      failures.push(new Error(`stopping ${service.name} failed`, { cause: error }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'some services did not stop cleanly');
}
