/** Does the work on all items, so many at a time. The first failure ends it. */
export async function inParallel<T>(
  count: number,
  items: readonly T[],
  work: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (_: unknown, index: number): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item, index);
  };
  await Promise.all(Array.from({ length: count }, worker));
}
