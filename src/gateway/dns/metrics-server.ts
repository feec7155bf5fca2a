/** Numbers and health over plain HTTP: `/metrics`, `/healthz`, `/readyz`. Nothing of it is secret to whoever reaches the port. */
import { createServer, type Server } from 'node:http';
import { metricText, type Metric } from '../../lib/metrics/metric-text.ts';
import type { Service } from '../../lib/service.ts';

export interface MetricsServerOptions {
  readonly address: string;
  readonly port: number;
  readonly metrics: () => readonly Metric[];
  readonly isReady: () => boolean;
}

const connectionsMax = 64;
const requestTimeoutMs = 5000;

export class MetricsServer implements Service {
  readonly name = 'metrics server';
  readonly #options: MetricsServerOptions;
  readonly #server: Server;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
    this.#server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
      const { status, text } = this.#answer((request.url ?? '').split('?')[0] ?? '');
      response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    });
    this.#server.maxConnections = connectionsMax;
  }

  /** The port that is listened on. */
  get port(): number {
    const bound = this.#server.address();
    return typeof bound === 'object' && bound ? bound.port : 0;
  }

  async start(): Promise<void> {
    const { address, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, resolve);
    });
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string): { readonly status: number; readonly text: string } {
    if (path === '/healthz') return { status: 200, text: 'ok' };
    if (path === '/readyz')
      return this.#options.isReady() ? { status: 200, text: 'ok' } : { status: 503, text: 'not yet' };
    if (path !== '/metrics') return { status: 404, text: 'not found' };
    return {
      status: 200,
      text: this.#options
        .metrics()
        .map((metric) => metricText(metric))
        .join(''),
    };
  }
}
