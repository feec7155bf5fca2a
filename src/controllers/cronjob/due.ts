/** Which of a CronJob's times is due. Mirrors kubernetes pkg/controller/cronjob utils.go. Pure; times are milliseconds since the epoch. */
import type { CronSchedule } from '../../api/cron-schedule.ts';
import { nextTime } from '../../api/cron-times.ts';
import type { CronJob } from './cron-job.ts';

/** Clocks differ a little. */
const laterMs = 100;
const manyMissed = 100;

export interface Due {
  /** The latest time that has come; `undefined`: none since the last one. */
  readonly time: number | undefined;
  /** More than a hundred were missed. */
  readonly tooMany: boolean;
  readonly since: number;
  readonly missed: boolean;
}

/** `bounded`: times before the starting deadline are not looked at. A text: such a schedule is never due. */
export function latestDue(cronJob: CronJob, schedule: CronSchedule, now: number, bounded: boolean): Due | string {
  const zone = cronJob.timeZone ?? 'UTC';
  const { startingDeadlineSeconds, metadata, status } = cronJob;
  const before = Date.parse(status.lastScheduleTime ?? metadata.creationTimestamp ?? '');
  const deadline = bounded && startingDeadlineSeconds !== undefined ? now - startingDeadlineSeconds * 1000 : -Infinity;
  const since = Math.max(before, deadline);
  const first = nextTime(schedule, since, zone);
  const second = first === undefined ? undefined : nextTime(schedule, first, zone);
  if (first === undefined || second === undefined) return 'time difference between two schedules is less than 1 second';
  if (now < first) return { time: undefined, tooMany: false, since, missed: false };
  if (now < second) return { time: first, tooMany: false, since, missed: false };
  const period = Math.max(1000, second - first);
  const missed = Math.floor((now - first) / period) + 1;
  let latest: number | undefined;
  // Not all of them: a clock may leap by years.
  for (
    let time = nextTime(schedule, first + (missed - 2) * period, zone);
    time !== undefined && time <= now;
    time = nextTime(schedule, time, zone)
  ) {
    latest = time;
  }
  return { time: latest, tooMany: missed > manyMissed, since, missed: true };
}

/** Milliseconds until the next time is due. */
export function untilNextMs(cronJob: CronJob, schedule: CronSchedule, now: number): number | undefined {
  const due = latestDue(cronJob, schedule, now, false);
  const from = typeof due === 'string' ? now : (due.time ?? (due.missed ? now : due.since));
  const next = nextTime(schedule, from, cronJob.timeZone ?? 'UTC');
  return next === undefined ? undefined : next + laterMs - now;
}
