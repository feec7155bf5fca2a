/** One of the two clusters, as kubectl sees it. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Case } from './case.ts';
import type { Output } from './normal-text.ts';

export interface SideOptions {
  readonly name: string;
  /** The program. */
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** Where it may write. */
  readonly folder: string;
}

/** A case's place on one side: a folder, and a namespace. */
export interface Place {
  run(command: string): Promise<Output>;
}

const timeoutMs = 60_000;

export class Side {
  readonly name: string;
  readonly #options: SideOptions;

  constructor(options: SideOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Makes the folder and the namespace of a case. */
  async enter({ name, files = {} }: Case, namespace: string): Promise<Place> {
    const folder = join(this.#options.folder, name.replaceAll(/[^a-z0-9]+/gi, '-'));
    mkdirSync(folder, { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const kubeconfig = join(this.#options.folder, `${namespace}.kubeconfig`);
    writeFileSync(kubeconfig, withNamespace(readFileSync(this.#options.kubeconfig, 'utf8'), namespace), {
      mode: 0o600,
    });
    const environment = {
      PATH: `${dirname(this.#options.kubectl)}:${process.env['PATH'] ?? ''}`,
      HOME: this.#options.folder,
      TMPDIR: this.#options.folder,
      KUBECONFIG: kubeconfig,
      NS: namespace,
      TZ: 'UTC',
      // It doesn't live long enough for its garbage to matter.
      GOGC: 'off',
      LC_ALL: 'C.UTF-8',
    };
    const place = { run: (command: string) => shell(command, folder, environment) };
    const made = await place.run(
      `kubectl create namespace ${namespace} && kubectl wait --for=create serviceaccount/default configmap/kube-root-ca.crt --timeout=20s`,
    );
    if (made.code !== 0) throw new Error(`no namespace on ${this.name}: ${made.err}`);
    return place;
  }
}

function withNamespace(kubeconfig: string, namespace: string): string {
  // A kubeconfig, as each side writes it.
  const config = parse(kubeconfig) as { contexts: { context: { namespace?: string } }[] };
  for (const { context } of config.contexts) context.namespace = namespace;
  return stringify(config);
}

function shell(command: string, folder: string, environment: Readonly<Record<string, string>>): Promise<Output> {
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({
        code: code ?? 1,
        out: Buffer.concat(out).toString(),
        err: Buffer.concat(err).toString() + (signal === null ? '' : `ended by ${signal}`),
      });
    });
  });
}
