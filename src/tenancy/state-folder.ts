/**
 * The folder in which `sublet up` keeps everything: what is where, and who may use it. One process at a time.
 *
 *     host.kubeconfig   host/…          the embedded host, where there is one
 *     tenants/NAME.kubeconfig           for the tenant's users
 *     tenants/NAME/…                    its store, keys and configuration
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readFileIfAny, writeFileAtomically } from './files.ts';

/** What is remembered of a tenant or an embedded host from one start to the next. */
export interface RememberedCluster {
  readonly port: number;
}

/** What is remembered of a tenant besides. */
export interface RememberedTenant extends RememberedCluster {
  /** The kubeconfig of its host; absent: the embedded one. */
  readonly hostKubeconfig?: string;
  readonly hostNamespace: string;
}

export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get hostFolder(): string {
    return join(this.path, 'host');
  }

  get hostKubeconfig(): string {
    return join(this.path, 'host.kubeconfig');
  }

  /** Where a running `sublet up` takes orders. */
  get controlSocket(): string {
    return join(this.path, 'up.sock');
  }

  tenantFolder(tenant: string): string {
    return join(this.path, 'tenants', tenant);
  }

  tenantKubeconfig(tenant: string): string {
    return join(this.path, 'tenants', `${tenant}.kubeconfig`);
  }

  /** The names of all tenants that are here. */
  tenants(): readonly string[] {
    const folder = join(this.path, 'tenants');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted();
  }

  /** What is remembered of the embedded host. */
  recallHost(): RememberedCluster | undefined {
    // A door: the file is our own.
    return recall(this.hostFolder) as RememberedCluster | undefined;
  }

  rememberHost(host: RememberedCluster): void {
    remember(this.hostFolder, host);
  }

  recallTenant(tenant: string): RememberedTenant | undefined {
    // A door: the file is our own.
    return recall(this.tenantFolder(tenant)) as RememberedTenant | undefined;
  }

  rememberTenant(tenant: string, remembered: RememberedTenant): void {
    remember(this.tenantFolder(tenant), remembered);
  }

  forgetTenant(tenant: string): void {
    rmSync(this.tenantFolder(tenant), { recursive: true, force: true });
    rmSync(this.tenantKubeconfig(tenant), { force: true });
  }

  /**
   * Claims the folder for process `pid`. Returns what gives it up.
   * @throws Error that names the process which has it
   */
  claim(pid: number): () => void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    const file = join(this.path, 'up.pid');
    const holder = Number(readFileIfAny(file));
    if (holder > 0 && holder !== pid && isAlive(holder)) {
      throw new Error(`${this.path} is in use by process ${holder}; stop it, or choose another folder with --dir`);
    }
    writeFileAtomically(file, `${pid}\n`);
    return () => rmSync(file, { force: true });
  }

  /** The process that has the folder now. */
  holder(): number | undefined {
    const pid = Number(readFileIfAny(join(this.path, 'up.pid')));
    return pid > 0 && isAlive(pid) ? pid : undefined;
  }
}

/** A TCP port on `address` that nobody listens on now. */
export async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (bound === null || typeof bound === 'string') throw new Error(`no port to be had on ${address}`);
  return bound.port;
}

function recall(folder: string): unknown {
  const text = readFileIfAny(join(folder, 'state.json'));
  return text === undefined ? undefined : JSON.parse(text);
}

function remember(folder: string, cluster: RememberedCluster): void {
  writeFileAtomically(join(folder, 'state.json'), `${JSON.stringify(cluster, undefined, 2)}\n`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
