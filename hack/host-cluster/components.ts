/** The command lines of the host cluster's components. */
import { join } from 'node:path';
import { credentialFiles } from './credentials.ts';

/** Ports on the loopback address. */
export interface Ports {
  readonly server: number;
  readonly etcd: number;
  readonly etcdPeers: number;
  readonly controllerManager: number;
  readonly scheduler: number;
}

export interface Component {
  readonly program: string;
  readonly args: readonly string[];
}

export const serviceRange = '10.96.0.0/16';

/** For documentation (RFC 5737), so nobody's: the `kubernetes` service wants an endpoint, and loopback is not allowed. */
const advertisedAddress = '192.0.2.1';

export function etcd(folder: string, ports: Ports): Component {
  const clients = `http://127.0.0.1:${ports.etcd}`;
  const peers = `http://127.0.0.1:${ports.etcdPeers}`;
  return {
    program: 'etcd',
    args: [
      '--name=host',
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${clients}`,
      `--advertise-client-urls=${clients}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=host=${peers}`,
      // Test data: a power cut may take it.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
  };
}

export function apiServer(folder: string, ports: Ports, extraArgs: readonly string[]): Component {
  const files = credentialFiles(folder);
  return {
    program: 'kube-apiserver',
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.server}`,
      `--advertise-address=${advertisedAddress}`,
      `--service-cluster-ip-range=${serviceRange}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--enable-bootstrap-token-auth',
      '--allow-privileged',
      `--client-ca-file=${files.authority.certificate}`,
      `--tls-cert-file=${files.server.certificate}`,
      `--tls-private-key-file=${files.server.key}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${files.serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${files.serviceAccountKey}`,
      `--requestheader-client-ca-file=${files.frontProxyAuthority.certificate}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-username-headers=X-Remote-User',
      `--proxy-client-cert-file=${files.frontProxyClient.certificate}`,
      `--proxy-client-key-file=${files.frontProxyClient.key}`,
      ...extraArgs,
    ],
  };
}

/** How many requests it sends in a second, and how many at once. */
const usualRate = { qps: 200, burst: 400 };

/** `controllers`: which of them run, as its `--controllers` takes it. */
export function controllerManager(
  folder: string,
  ports: Ports,
  controllers = '*',
  { qps, burst }: Readonly<typeof usualRate> = usualRate,
): Component {
  const files = credentialFiles(folder);
  return {
    program: 'kube-controller-manager',
    args: [
      ...callsTheApiServer(files.kubeconfig('kube-controller-manager')),
      ...serves(folder, ports.controllerManager),
      '--use-service-account-credentials',
      `--service-account-private-key-file=${files.serviceAccountKey}`,
      `--root-ca-file=${files.authority.certificate}`,
      `--client-ca-file=${files.authority.certificate}`,
      `--cluster-signing-cert-file=${files.authority.certificate}`,
      `--cluster-signing-key-file=${files.authority.key}`,
      `--service-cluster-ip-range=${serviceRange}`,
      `--kube-api-qps=${qps}`,
      `--kube-api-burst=${burst}`,
      `--controllers=${controllers}`,
    ],
  };
}

export function scheduler(folder: string, ports: Ports): Component {
  const files = credentialFiles(folder);
  return {
    program: 'kube-scheduler',
    args: [...callsTheApiServer(files.kubeconfig('kube-scheduler')), ...serves(folder, ports.scheduler)],
  };
}

function callsTheApiServer(kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
  ];
}

function serves(folder: string, port: number): string[] {
  const { server } = credentialFiles(folder);
  return [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${server.certificate}`,
    `--tls-private-key-file=${server.key}`,
  ];
}
