/** Our API server alone, as the roles compose it, over memory: no controllers, as on the other side. */
import { defaultRequestHeaders } from '../../src/apiserver/authn/request-header.ts';
import { Listener } from '../../src/apiserver/http/listener.ts';
import { LocalServiceAddresses } from '../../src/apiserver/registry/local-service-addresses.ts';
import { newServiceUnavailable } from '../../src/api/status.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { bootstrap, composeApiServer } from '../../src/main/api-server-role.ts';
import { realClock } from '../../src/main/real-clock.ts';
import { realRandom } from '../../src/main/real-random.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { issueCertificate } from '../../src/tenancy/certificate-authority.ts';
import type { Authorities } from './certificates.ts';

export interface SubletServer {
  readonly server: string;
  stop(): Promise<void>;
}

/** What the other side's server was given too. */
export interface ServerCredentials extends Authorities {
  /** PEM. */
  readonly serviceAccountKey: string;
  readonly serviceAccountIssuer: string;
}

/** The users' authority signs its certificate too. */
export async function startSubletServer(credentials: ServerCredentials): Promise<SubletServer> {
  const store = new MemoryStore();
  const composed = composeApiServer({
    clock: realClock,
    random: realRandom,
    store,
    serviceAccountKeys: [credentials.serviceAccountKey],
    serviceAccountIssuer: credentials.serviceAccountIssuer,
    identity: {
      clientAuthority: credentials.users.certificate,
      requestHeader: {
        ...defaultRequestHeaders,
        authority: credentials.frontProxies.certificate,
        allowedNames: ['front-proxy-client'],
        // As the other side's flags say.
        uidHeaders: [],
      },
    },
    aggregation: {
      frontProxy: await issueCertificate(realClock, credentials.frontProxies, {
        commonName: 'front-proxy-client',
        usage: 'client',
        validityDays: 1,
      }),
      // As the other side, which dials whatever it is told to.
      mayDial: () => true,
    },
    // What a node would answer is not compared.
    connector: { connect: () => Promise.reject(newServiceUnavailable('there is no node')) },
    address: '127.0.0.1:443',
    serviceAddresses: new LocalServiceAddresses({ serviceCidr: '10.96.0.0/16', random: realRandom }),
    logger: silentLogger,
  });
  await bootstrap(composed, {
    kubernetesService: { clusterIp: '10.96.0.1', address: '192.0.2.1', port: 6443 },
    serviceCidrs: ['10.96.0.0/16'],
  });
  await composed.aggregation.start();
  const { certificate, key } = await issueCertificate(realClock, credentials.users, {
    commonName: 'sublet',
    usage: 'server',
    hosts: ['127.0.0.1'],
    validityDays: 1,
  });
  const listener = new Listener({
    exchange: composed.exchange,
    passesOn: (path) => composed.aggregation.isRemote(path),
    credentials: {
      certificate,
      key,
      clientAuthority: credentials.users.certificate,
      proxyAuthority: credentials.frontProxies.certificate,
    },
    port: 0,
    clock: realClock,
    logger: silentLogger,
  });
  await listener.start();
  return {
    server: `https://127.0.0.1:${listener.port}`,
    async stop() {
      await listener.stop();
      await composed.aggregation.stop();
      await store.close();
    },
  };
}
