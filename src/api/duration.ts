/** Durations as Kubernetes shows and writes them. */
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Ages in tables: `3d4h`, `12m`. Mirrors apimachinery util/duration HumanDuration. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / secondMs);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(ms / minuteMs);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(ms / hourMs);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 8) return withRest(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  if (hours < 24 * 365 * 8) return withRest(Math.trunc(days / 365), 'y', days % 365, 'd');
  return `${Math.trunc(days / 365)}y`;
}

/** `timestamp`: RFC 3339; absent or nonsense: `<unknown>`. Mirrors printers translateTimestampSince. */
export function ageSince(timestamp: unknown, now: number): string {
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(time) ? '<unknown>' : humanDuration(now - time);
}

const unitNanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const int64Max = 2n ** 63n - 1n;
/** Of more digits Go makes an overflow; of a fraction, the further ones are below a nanosecond. */
const digitsMax = 19;
const fractionDigitsMax = 18;

export type ParsedDuration =
  | { readonly ok: true; readonly nanoseconds: bigint }
  | { readonly ok: false; readonly error: string };

/** `1h30m`, `-1.5s`: meta/v1 Duration. Mirrors Go's time.ParseDuration. */
export function parseGoDuration(text: string): ParsedDuration {
  const invalid: ParsedDuration = { ok: false, error: `time: invalid duration ${quoteBytes(text)}` };
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return { ok: true, nanoseconds: 0n };
  if (body === '') return invalid;
  let [total, at] = [0n, 0];
  while (at < body.length) {
    const [, whole = '', fraction, unit = ''] = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(body.slice(at)) ?? [];
    if (whole === '' && (fraction ?? '') === '') return invalid;
    if (whole.replace(/^0+/, '').length > digitsMax) return invalid;
    if (unit === '') return { ok: false, error: `time: missing unit in duration ${quoteBytes(text)}` };
    const scale = Object.hasOwn(unitNanoseconds, unit) ? unitNanoseconds[unit] : undefined;
    if (scale === undefined) {
      return { ok: false, error: `time: unknown unit ${quoteBytes(unit)} in duration ${quoteBytes(text)}` };
    }
    total += BigInt(whole === '' ? 0 : whole) * scale;
    const decimals = (fraction ?? '').slice(0, fractionDigitsMax);
    if (decimals !== '') total += (BigInt(decimals) * scale) / 10n ** BigInt(decimals.length);
    at += whole.length + (fraction === undefined ? 0 : fraction.length + 1) + unit.length;
    if (total > int64Max + 1n) return invalid;
  }
  const negative = text.startsWith('-');
  if (!negative && total > int64Max) return invalid;
  return { ok: true, nanoseconds: negative ? -total : total };
}

/** `1h30m0s`, `1.5s`, `100µs`. Mirrors Go's time.Duration.String. */
export function goDurationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < 1000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 1000n)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 1_000_000n)}ms`;
  const seconds = decimal(size % 60_000_000_000n, 1_000_000_000n);
  const minutes = size / 60_000_000_000n;
  if (minutes === 0n) return `${sign}${seconds}s`;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}s` : `${sign}${hours}h${minutes % 60n}m${seconds}s`;
}

/** As package time quotes: byte by byte. */
function quoteBytes(text: string): string {
  const shown = Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte >= 0x80) return `\\x${byte.toString(16).padStart(2, '0')}`;
    return character === '"' || character === '\\' ? `\\${character}` : character;
  });
  return `"${shown.join('')}"`;
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = String(value % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(value / unit) : `${value / unit}.${fraction}`;
}

function withRest(count: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${count}${unit}` : `${count}${unit}${rest}${restUnit}`;
}
