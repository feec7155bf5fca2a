/**
 * The options of connections, from the query. Mirrors core/v1's conversions from url.Values, with apimachinery's queryparams rules: what is present and
 * neither `false` nor `0` is true.
 */
import { goQuote } from '../../api/go-text.ts';
import * as field from '../../api/field-error.ts';
import type { FieldError } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { newBadRequest, newInvalid, type StatusError } from '../../api/status.ts';
import { canonicalTime } from '../../schema/go-time.ts';
import { boolOption, intOption } from '../verbs/query-options.ts';

export interface PodLogOptions extends JsonObject {
  container: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  insecureSkipTLSVerifyBackend: boolean;
}

/** An optional number is absent when it wasn't given. */
export interface LogNumbers {
  readonly sinceSeconds: number | undefined;
  readonly sinceTime: string | undefined;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
}

/** How Go prints a path that has no name. */
const unnamed = '[]';
const negative = 'must be greater than or equal to 0';
const notPositive = 'must be greater than 0';

/** @throws StatusError BadRequest for what can't be read, Invalid for what makes no sense. Mirrors ValidatePodLogOptions, v1.36. */
export function podLogOptions(query: URLSearchParams, pod: string): PodLogOptions {
  const numbers: LogNumbers = {
    sinceSeconds: intOption(query, 'sinceSeconds'),
    sinceTime: timeOption(query, 'sinceTime'),
    tailLines: intOption(query, 'tailLines'),
    limitBytes: intOption(query, 'limitBytes'),
  };
  const options: PodLogOptions = {
    container: query.get('container') ?? '',
    follow: boolOption(query, 'follow') ?? false,
    previous: boolOption(query, 'previous') ?? false,
    timestamps: boolOption(query, 'timestamps') ?? false,
    insecureSkipTLSVerifyBackend: boolOption(query, 'insecureSkipTLSVerifyBackend') ?? false,
  };
  const errors = logErrors(numbers);
  // Upstream's feature PodLogsQuerySplitStreams is off by default, and a host with it off refuses it, too.
  if (query.has('stream')) errors.push(field.forbidden('stream', 'may not be specified'));
  if (errors.length > 0) throw newInvalid({ group: '', kind: 'PodLogOptions' }, pod, errors);
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return Object.assign(options, Object.fromEntries(given));
}

function logErrors({ sinceSeconds, sinceTime, tailLines, limitBytes }: LogNumbers): FieldError[] {
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) errors.push(field.invalid('tailLines', tailLines, negative));
  if (limitBytes !== undefined && limitBytes < 1) errors.push(field.invalid('limitBytes', limitBytes, notPositive));
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.push(field.forbidden(unnamed, 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(field.invalid('sinceSeconds', sinceSeconds, notPositive));
  }
  return errors;
}

/** PodAttachOptions, and what PodExecOptions share with them. As their JSON has it: what is false or empty is absent. */
export function podAttachOptions(query: URLSearchParams): JsonObject {
  const container = query.get('container') ?? '';
  const flags = ['stdin', 'stdout', 'stderr', 'tty'].filter((name) => boolOption(query, name) === true);
  return {
    ...Object.fromEntries(flags.map((name) => [name, true])),
    ...(container === '' ? {} : { container }),
  };
}

/** PodExecOptions. */
export function podExecOptions(query: URLSearchParams): JsonObject {
  // Go's field has no omitempty: without a command it is null.
  const command = query.getAll('command');
  return { ...podAttachOptions(query), command: command.length === 0 ? null : command };
}

const portsMax = 1000;
const portMax = 65_535;

/** PodPortForwardOptions. @throws StatusError BadRequest */
export function podPortForwardOptions(query: URLSearchParams): JsonObject {
  const texts = query.getAll('ports').flatMap((text) => text.split(','));
  if (texts.length > portsMax) throw newBadRequest(`at most ${portsMax} ports can be asked for`);
  const ports = texts.map((text) => {
    if (!/^\d+$/.test(text)) throw noPort(text, 'invalid syntax');
    const port = Number(text);
    if (port > portMax) throw noPort(text, 'value out of range');
    return port;
  });
  return ports.length === 0 ? {} : { ports };
}

function noPort(text: string, why: string): StatusError {
  return newBadRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${goQuote(text)}: ${why}`);
}

/** All that the host is ever told; admission may have added what nobody knows. */
const known: ReadonlySet<string> = new Set([
  'container',
  'follow',
  'previous',
  'timestamps',
  'sinceSeconds',
  'sinceTime',
  'tailLines',
  'limitBytes',
  'insecureSkipTLSVerifyBackend',
  'stdin',
  'stdout',
  'stderr',
  'tty',
  'command',
  'ports',
]);

/** The query that says the same of a pod's own container, whatever the order in which it was asked. */
export function optionsQuery(options: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) {
    if (!known.has(name)) continue;
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      const said = (typeof one === 'string' && one !== '') || typeof one === 'number' || one === true;
      if (said || (one === '' && name === 'command')) query.append(name, String(one));
    }
  }
  return query.toString();
}

/** Empty and `null` are no time. Mirrors meta/v1 Time.UnmarshalQueryParameter. @throws StatusError BadRequest */
function timeOption(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (text === '' || text === 'null') return '0001-01-01T00:00:00Z';
  const time = canonicalTime(text, false);
  if (!time.ok) throw newBadRequest(time.error);
  return time.text;
}
