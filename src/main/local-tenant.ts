/** A tenant of `sublet up`: provisioned on its host, running in a process of its own, with a token that is renewed in time. */
import { join } from 'node:path';
import { kindsSwitchedOn, syncedKinds } from '../syncer/kinds/synced-kinds.ts';
import { definitionOf } from '../syncer/mirrored-kind.ts';
import { clusterRules, definitionRules, hostRules, rulesElsewhere } from '../syncer/host-rules.ts';
import { removeAllCopies, type RemovedKind } from '../syncer/removal.ts';
import { definitionName, rightsOf } from '../syncer/custom/defined-kind.ts';
import { servedByHost } from '../syncer/custom/served-kinds.ts';
import { definedKinds } from '../syncer/defined/defined-kinds.ts';
import { removeSwitchedOff } from '../syncer/switched-off.ts';
import { placeOf } from '../translate/marks.ts';
import { defaultClusterDomain } from '../translate/pods/in-cluster.ts';
import type { Timer } from '../lib/clock.ts';
import type { Service } from '../lib/service.ts';
import { ensureClusterCredentials, frontProxyConfig, type ClusterCredentials } from '../tenancy/cluster-credentials.ts';
import { writeFileAtomically } from '../tenancy/files.ts';
import { kubeconfigText } from '../tenancy/kubeconfig.ts';
import {
  deprovisionTenant,
  issueAccountToken,
  provisionTenant,
  serviceCidrsOf,
  type TenantPlace,
} from '../tenancy/provisioning.ts';
import { freePort, type RememberedTenant, type StateFolder } from '../tenancy/state-folder.ts';
import { apiAddressOf, watchApiAddress } from './api-address.ts';
import { dialable } from './api-service-role.ts';
import { ChildRole } from './child-role.ts';
import { allDefinedKinds, definedKindsOf } from './custom-sync-role.ts';
import { keepHostNamespace } from './host-namespace-keeper.ts';
import type { LocalHost } from './local-host.ts';
import { realClock } from './real-clock.ts';
import { kindsSeen } from './mirrors-role.ts';
import type { HostConnection, TenantConfig } from './role-config.ts';
import type { UpFlags } from './up-flags.ts';

const tokenSeconds = 3600;
/** Tokens are renewed when this share of their life is over. */
const renewalShare = 0.8;
const retryMs = 10_000;
/** A young generation of 2 MB instead of 16 saves 6 MB in each tenant's process, and costs no CPU that could be measured. */
const nodeFlags = ['--max-semi-space-size=2'];
/** One arena for all threads' allocations: 3 MB less. */
const environment = { MALLOC_ARENA_MAX: '1' };
/** How long the tenant's pods may take to end when it is removed. */
const removalGraceMs = 40_000;

export class LocalTenant implements Service {
  readonly name: string;
  readonly #folder: StateFolder;
  readonly #flags: UpFlags;
  readonly #host: LocalHost;
  readonly #onTrouble: (text: string) => void;
  #child: ChildRole | undefined;
  #renewal: Timer | undefined;
  #apiAddress: Service | undefined;
  #namespace: Service | undefined;

  constructor(name: string, folder: StateFolder, flags: UpFlags, host: LocalHost, onTrouble: (text: string) => void) {
    this.name = name;
    this.#folder = folder;
    this.#flags = flags;
    this.#host = host;
    this.#onTrouble = onTrouble;
  }

  async start(): Promise<void> {
    const folder = this.#folder.tenantFolder(this.name);
    const remembered = await this.#recall();
    const place: TenantPlace = { tenant: this.name, hostNamespace: remembered.hostNamespace };
    const kinds = kindsSwitchedOn(this.#flags.sync);
    const defined = allDefinedKinds(this.#flags);
    const rights = [...kinds, ...defined.map(rightsOf)];
    const seen = kindsSeen(this.#flags.fromHost);
    const beyond = [
      ...clusterRules(seen, this.#flags.fromHost, rights),
      ...definitionRules([
        ...defined.map(definitionName),
        ...seen.filter(({ isDefined }) => isDefined).map(definitionOf),
      ]),
    ];
    const connection = join(folder, 'host-connection.json');
    const provide = async (): Promise<void> => {
      await provisionTenant(
        this.#host.client,
        place,
        hostRules(rights),
        beyond,
        rulesElsewhere(seen, this.#flags.fromHost),
      );
      await this.#renewToken(place, connection);
    };
    await provide();
    await removeSwitchedOff(placeOf(place), this.#host.client, syncedKinds, kinds);
    this.#namespace = keepHostNamespace(this.#host.client, place.hostNamespace, provide, this.#onTrouble);
    await this.#namespace.start();
    const file = await this.#writeConfig(folder, remembered);
    this.#child = new ChildRole({
      role: 'tenant',
      args: ['--config', file],
      nodeFlags,
      environment,
      logFile: join(folder, 'log'),
      onTrouble: this.#onTrouble,
    });
    await this.#child.start();
    this.#apiAddress = watchApiAddress(this.#host.client, placeOf(place), (given) => this.#certify(folder, given));
    await this.#apiAddress.start();
  }

  async stop(): Promise<void> {
    await this.#namespace?.stop();
    this.#renewal?.cancel();
    await this.#apiAddress?.stop();
    await this.#child?.stop();
  }

  /** Ends the tenant for good: its process, all that it has on its host, its folder. */
  async remove(tell: (progress: string) => void): Promise<void> {
    const remembered = this.#folder.recallTenant(this.name);
    if (!remembered) throw new Error(`there is no tenant ${this.name}`);
    await this.stop();
    tell(`tenant ${this.name} is stopped`);
    const place: TenantPlace = { tenant: this.name, hostNamespace: remembered.hostNamespace };
    await removeAllCopies({
      place: placeOf(place),
      host: this.#host.client,
      kinds: [...syncedKinds, ...(await this.#definedKinds())],
      clock: realClock,
      gracePeriodMs: removalGraceMs,
      onProgress: (left) => tell(left === 0 ? 'its copies are gone from the host' : `${left} objects left on the host`),
    });
    await deprovisionTenant(this.#host.client, place);
    tell(`host namespace ${remembered.hostNamespace}: nothing of the tenant is left`);
    this.#folder.forgetTenant(this.name);
  }

  /** Also those that have been switched off since. */
  #definedKinds(): Promise<readonly RemovedKind[]> {
    const own = definedKindsOf(this.#flags.syncResources);
    return servedByHost(this.#host.client, [...definedKinds, ...own]);
  }

  async #recall(): Promise<RememberedTenant> {
    const { hostKubeconfig, hostNamespace, address } = this.#flags;
    const known = this.#folder.recallTenant(this.name);
    if (known && known.hostKubeconfig !== hostKubeconfig) {
      throw new Error(
        `tenant ${this.name} lives on ${known.hostKubeconfig ?? 'the embedded host'}; start it there, or choose another folder with --dir`,
      );
    }
    if (known) return known;
    const made: RememberedTenant = {
      port: await freePort(address),
      hostNamespace: hostNamespace ?? `sublet-${this.name}`,
      ...(hostKubeconfig === undefined ? {} : { hostKubeconfig }),
    };
    this.#folder.rememberTenant(this.name, made);
    return made;
  }

  /** `apiAddress`: which the host gave to the tenant's API. */
  #credentials(folder: string, apiAddress: string | undefined): Promise<ClusterCredentials> {
    const { address, advertiseAddress, dns } = this.#flags;
    const inCluster = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
    const whole = `kubernetes.default.svc.${dns?.clusterDomain ?? defaultClusterDomain}`;
    const hosts = ['localhost', ...inCluster, whole, address, dialable(address), advertiseAddress, apiAddress];
    return ensureClusterCredentials(realClock, folder, {
      name: `sublet-${this.name}`,
      hosts: [...new Set(hosts.filter((host) => host !== undefined))],
    });
  }

  async #writeConfig(folder: string, { port, hostNamespace }: RememberedTenant): Promise<string> {
    const {
      address,
      advertiseAddress,
      dns,
      logLevel,
      controllers,
      sync,
      syncResources,
      fromHost,
      isolation,
      pseudoCapacity,
    } = this.#flags;
    const place = placeOf({ tenant: this.name, hostNamespace });
    const credentials = await this.#credentials(folder, await apiAddressOf(this.#host.client, place));
    const serviceCidrs = await serviceCidrsOf(this.#host.client);
    const config: TenantConfig = {
      tenant: this.name,
      hostNamespace,
      hostConnection: 'host-connection.json',
      store: 'store.sqlite',
      listen: { address, port },
      serverCertificate: 'server.crt',
      serverKey: 'server.key',
      authority: 'ca.crt',
      authorityKey: 'ca.key',
      serviceAccountKey: 'service-account.key',
      ...frontProxyConfig,
      serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
      logLevel,
      controllers,
      sync,
      syncResources,
      fromHost,
      ...(isolation ? { isolation } : {}),
      pseudoNodes: { capacity: pseudoCapacity },
      ...(serviceCidrs ? { serviceCidrs } : {}),
      ...(advertiseAddress === undefined ? {} : { advertise: { address: advertiseAddress } }),
      ...(dns ? { dns } : {}),
    };
    const file = join(folder, 'config.json');
    writeFileAtomically(file, `${JSON.stringify(config, undefined, 2)}\n`);
    const kubeconfig = kubeconfigText(`sublet-${this.name}`, `sublet-${this.name}-admin`, {
      server: `https://${dialable(address)}:${port}`,
      certificateAuthority: credentials.authority.certificate,
      clientCertificate: credentials.admin.certificate,
      clientKey: credentials.admin.key,
    });
    writeFileAtomically(this.#folder.tenantKubeconfig(this.name), kubeconfig);
    return file;
  }

  /** The tenant's process notices that its certificate is another. */
  #certify(folder: string, apiAddress: string): void {
    this.#credentials(folder, apiAddress).catch((error: unknown) =>
      this.#onTrouble(`tenant ${this.name} got no certificate for its address ${apiAddress}: ${String(error)}`),
    );
  }

  /** Gives the tenant a fresh token for its host, and sees to the next one. */
  async #renewToken(place: TenantPlace, file: string): Promise<void> {
    const { token, expiresAt } = await issueAccountToken(this.#host.client, place, tokenSeconds);
    const { server, certificateAuthority } = this.#host.connection;
    const connection: HostConnection = { server, certificateAuthority, token };
    writeFileAtomically(file, JSON.stringify(connection));
    this.#scheduleRenewal((expiresAt - realClock.now()) * renewalShare, place, file);
  }

  #scheduleRenewal(delayMs: number, place: TenantPlace, file: string): void {
    this.#renewal?.cancel();
    this.#renewal = realClock.after(delayMs, () => {
      this.#renewToken(place, file).catch((error: unknown) => {
        this.#onTrouble(`tenant ${this.name} got no fresh token for its host: ${String(error)}`);
        this.#scheduleRenewal(retryMs, place, file);
      });
    });
  }
}
