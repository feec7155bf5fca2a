/** `getHours()` and the like, of timestamps and durations. Mirrors cel-go common/stdlib. */
import { durationType, intType, stringType, timestampType } from '../cel-type.ts';
import { member, type FunctionDeclaration } from '../declaration.ts';
import { timeParts, zoneOffset, type TimeParts } from '../timestamp.ts';
import { CelDuration, CelError, CelTimestamp, intValue, noSuchOverload, type Value } from '../value.ts';

export const timeFunctions = (): readonly FunctionDeclaration[] => [
  part('getFullYear', 'year', ({ year }) => year),
  part('getMonth', 'month', ({ month }) => month),
  part('getDayOfYear', 'day_of_year', ({ dayOfYear }) => dayOfYear),
  part('getDayOfMonth', 'day_of_month', ({ day }) => day - 1),
  part('getDate', 'day_of_month_1_based', ({ day }) => day),
  part('getDayOfWeek', 'day_of_week', ({ weekday }) => weekday),
  part('getHours', 'hours', ({ hours }) => hours, 3_600_000_000_000n),
  part('getMinutes', 'minutes', ({ minutes }) => minutes, 60_000_000_000n),
  // Upstream's names of these two don't follow the others.
  part('getSeconds', 'seconds', ({ seconds }) => seconds, 1_000_000_000n),
  part('getMilliseconds', 'milliseconds', ({ milliseconds }) => milliseconds, 1_000_000n),
];

/** @param unitNanoseconds durations have it, too: the whole of them in that unit */
function part(
  name: string,
  id: string,
  read: (parts: TimeParts) => number,
  unitNanoseconds?: bigint,
): FunctionDeclaration {
  const inZone = (time: Value, zone: Value): Value => {
    if (!(time instanceof CelTimestamp) || typeof zone !== 'string') return noSuchOverload;
    const offset = zoneOffset(time, zone);
    return offset instanceof CelError ? offset : read(timeParts(time, offset));
  };
  const overloads = [
    member(`timestamp_to_${id}`, [timestampType], intType, (time) => inZone(time ?? null, 'UTC')),
    member(`timestamp_to_${id}_with_tz`, [timestampType, stringType], intType, (time, zone) =>
      inZone(time ?? null, zone ?? null),
    ),
  ];
  if (unitNanoseconds !== undefined) {
    const whole = (value: Value): Value =>
      value instanceof CelDuration ? intValue(value.nanoseconds / unitNanoseconds) : noSuchOverload;
    overloads.push(member(`duration_to_${id}`, [durationType], intType, (value) => whole(value ?? null)));
  }
  return { name, overloads };
}
