/** `/healthz`, `/livez`, `/readyz` and their single checks. Mirrors apiserver server/healthz. */
import type { ApiResponse } from '../../api/exchange.ts';
import { goQuote } from '../../api/go-text.ts';
import type { Logger } from '../../lib/logger.ts';
import type { PathHandler } from '../path-handler.ts';
import type { RequestContext } from '../request-context.ts';

export interface HealthCheck {
  /** `ping`, `etcd`, `poststarthook/x` */
  readonly name: string;
  /** Where it counts. */
  readonly in: readonly Endpoint[];
  /** Why it is not well; `undefined`: it is. Must not throw, nor take long. */
  check(): string | undefined | Promise<string | undefined>;
}

const endpoints = ['healthz', 'livez', 'readyz'] as const;
type Endpoint = (typeof endpoints)[number];

/** Beside `checks`, each endpoint has `ping`. */
export function healthPaths(checks: readonly HealthCheck[], logger: Logger): PathHandler {
  const ping: HealthCheck = { name: 'ping', in: endpoints, check: () => undefined };
  const all = [ping, ...checks];
  const of = (endpoint: Endpoint): readonly HealthCheck[] => all.filter((check) => check.in.includes(endpoint));
  return {
    paths: endpoints.flatMap((endpoint) => [`/${endpoint}`, ...of(endpoint).map(({ name }) => `/${endpoint}/${name}`)]),
    async handle(context) {
      const [, name = '', ...rest] = context.info.path.split('/');
      const endpoint = endpoints.find((one) => one === name);
      if (!endpoint) return undefined;
      if (rest.length === 0) return allChecks(endpoint, of(endpoint), context, logger);
      const check = of(endpoint).find((one) => one.name === rest.join('/'));
      return check && oneCheck(check);
    },
  };
}

async function allChecks(
  endpoint: string,
  checks: readonly HealthCheck[],
  { query }: RequestContext,
  logger: Logger,
): Promise<ApiResponse> {
  const excluded = new Set(query.getAll('exclude'));
  const unknown = new Set(excluded);
  const failures: Record<string, string> = {};
  let output = '';
  for (const check of checks) {
    if (unknown.delete(check.name) || excluded.has(check.name)) {
      output += `[+]${check.name} excluded: ok\n`;
      continue;
    }
    const failure = await check.check();
    if (failure === undefined) output += `[+]${check.name} ok\n`;
    else {
      // The endpoint is public: the reason is for the log.
      output += `[-]${check.name} failed: reason withheld\n`;
      failures[check.name] = failure;
    }
  }
  if (unknown.size > 0) {
    const names = [...unknown].toSorted().map(goQuote).join(', ');
    output += `warn: some health checks cannot be excluded: no matches for ${names}\n`;
  }
  if (Object.keys(failures).length > 0) {
    logger.info({ endpoint, failures }, 'a health check failed');
    return text(500, `${output}${endpoint} check failed\n`);
  }
  return text(200, query.has('verbose') ? `${output}${endpoint} check passed\n` : 'ok');
}

async function oneCheck(check: HealthCheck): Promise<ApiResponse> {
  const failure = await check.check();
  if (failure !== undefined) return text(500, `internal server error: ${failure}\n`);
  return { status: 200, headers: plain, body: Buffer.from('ok') };
}

const plain = { 'content-type': 'text/plain; charset=utf-8' };

function text(status: number, body: string): ApiResponse {
  return {
    status,
    headers: { ...plain, 'x-content-type-options': 'nosniff' },
    body: Buffer.from(body),
  };
}
