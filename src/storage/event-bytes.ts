import type { StoreEvent } from './store.ts';

/** What an event holds: its value and the one before, which are the same for a deletion. */
export function eventBytes(event: StoreEvent): number {
  const own = event.type === 'put' ? event.value.byteLength : 0;
  return own + (event.previous?.value.byteLength ?? 0);
}
