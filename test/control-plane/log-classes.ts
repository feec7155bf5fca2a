/**
 * Errors in the logs of upstream's components, by class: what happened and where in the source, without names, numbers and times. A line is an error
 * when its severity is E or F (klog), or when its message is one of an unhandled error.
 */

export interface LogClass {
  readonly key: string;
  readonly count: number;
  /** The first line of it. */
  readonly example: string;
}

const klogLine = /^(?<severity>[IWEF])\d{4} [\d:.]+\s+\d+ (?<source>[\w.-]+\.go):\d+\] (?<message>.*)$/;

/** The classes of a log, the most frequent first. */
export function errorClasses(log: string): LogClass[] {
  const classes = new Map<string, { count: number; example: string }>();
  for (const line of log.split('\n')) {
    const { severity, source, message } = klogLine.exec(line)?.groups ?? {};
    if ((severity !== 'E' && severity !== 'F') || source === undefined || message === undefined) continue;
    const key = `${severity} ${source} ${withoutNames(message)}`;
    const known = classes.get(key);
    if (known) known.count++;
    else classes.set(key, { count: 1, example: line });
  }
  return [...classes].map(([key, found]) => ({ key, ...found })).toSorted((a, b) => b.count - a.count);
}

/** Those of `ours` that are not in `theirs`. */
export function onlyIn(ours: readonly LogClass[], theirs: readonly LogClass[]): LogClass[] {
  const known = new Set(theirs.map(({ key }) => key));
  return ours.filter(({ key }) => !known.has(key));
}

/** What differs from one object to the next, replaced: quoted names, UIDs, addresses, suffixes, numbers. */
function withoutNames(message: string): string {
  return message
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'TIME')
    .replaceAll(/\b\d+\.\d+\.\d+\.\d+(:\d+)?/g, 'ADDRESS')
    .replaceAll(/\bload-\d+(-[\w-]+)?/g, 'NAME')
    .replaceAll(/\b[a-z][a-z0-9-]*-[bcdfghjklmnpqrstvwxz2456789]{5,10}(-[bcdfghjklmnpqrstvwxz2456789]{5})?\b/g, 'NAME')
    .replaceAll(/\b\d+(\.\d+)?(ns|µs|ms|s|m)?\b/g, 'N');
}
