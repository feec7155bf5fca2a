/** New connections get the certificate that stands in the files now. */
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import type { Listener } from '../apiserver/http/listener.ts';
import type { ListenerCredentials } from '../apiserver/http/listener-options.ts';
import type { Timer } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { realClock } from './real-clock.ts';
import type { ServerConfig } from './role-config.ts';

/** Certificate and key are written one after the other. */
const settleMs = 200;
/** What mounts of Secrets and ConfigMaps replace. */
const mountedLink = '..data';

export function listenerCredentials(config: ServerConfig): ListenerCredentials {
  return {
    certificate: readFileSync(config.serverCertificate, 'utf8'),
    key: readFileSync(config.serverKey, 'utf8'),
    clientAuthority: readFileSync(config.authority, 'utf8'),
    ...(config.requestHeaderAuthority === undefined
      ? {}
      : { proxyAuthority: readFileSync(config.requestHeaderAuthority, 'utf8') }),
  };
}

export class ServingCertificate implements Service {
  readonly name = 'serving certificate';
  readonly #config: ServerConfig;
  readonly #listener: Listener;
  readonly #logger: Logger;
  #watcher: FSWatcher | undefined;
  #timer: Timer | undefined;
  #known: string;

  constructor(config: ServerConfig, listener: Listener, logger: Logger) {
    this.#config = config;
    this.#listener = listener;
    this.#logger = logger;
    this.#known = JSON.stringify(listenerCredentials(config));
  }

  start(): Promise<void> {
    const { serverCertificate } = this.#config;
    const folder = dirname(serverCertificate);
    const names = new Set(
      [serverCertificate, this.#config.serverKey, mountedLink].map((path) => path.slice(path.lastIndexOf('/') + 1)),
    );
    // The folder: a file that is replaced is another one afterwards.
    this.#watcher = watch(folder, { persistent: false }, (_event, changed) => {
      if (changed === null || !names.has(changed) || this.#timer) return;
      this.#timer = realClock.after(settleMs, () => this.#reload());
    });
    // What changed since they were read.
    this.#reload();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#timer?.cancel();
    this.#watcher?.close();
    return Promise.resolve();
  }

  #reload(): void {
    this.#timer = undefined;
    try {
      const credentials = listenerCredentials(this.#config);
      const text = JSON.stringify(credentials);
      if (text === this.#known) return;
      this.#listener.setCredentials(credentials);
      this.#known = text;
      this.#logger.info({}, 'new connections get a new certificate');
    } catch (error) {
      // Half of it is written: the other half comes, and is noticed.
      this.#logger.warn({ err: error }, 'the certificate in the files is no good; the old one is used on');
    }
  }
}
