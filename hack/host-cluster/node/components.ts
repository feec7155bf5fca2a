/** The command lines and settings of a node cluster's components. All of them run in namespaces of their own, so their ports are the usual ones. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiServer, controllerManager, etcd, scheduler, type Component, type Ports } from '../components.ts';
import { credentialFiles } from '../credentials.ts';
import type { NodeAddresses } from './addresses.ts';

export const nodeName = 'node1';
export const pauseImage = 'registry.k8s.io/pause:3.10.2';
export const containerdSocket = '/run/containerd/containerd.sock';

export const ports: Ports = { server: 6443, etcd: 2379, etcdPeers: 2380, controllerManager: 10_257, scheduler: 10_259 };

/** A cluster's folder and addresses: what each component's settings are made of. */
export interface NodeCluster {
  readonly folder: string;
  readonly addresses: NodeAddresses;
}

/** The control plane as elsewhere, but reached by its node's address, and reaching pods. */
export function controlPlane({ folder, addresses }: NodeCluster, apiServerArgs: readonly string[]) {
  const files = credentialFiles(folder);
  const manager = controllerManager(folder, ports);
  return {
    etcd: etcd(folder, ports),
    // Of a flag that is given twice the last one counts.
    apiServer: apiServer(folder, ports, [
      '--bind-address=0.0.0.0',
      `--advertise-address=${addresses.node}`,
      `--service-cluster-ip-range=${addresses.services}`,
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-certificate-authority=${files.authority.certificate}`,
      `--kubelet-client-certificate=${files.kubeletClient.certificate}`,
      `--kubelet-client-key=${files.kubeletClient.key}`,
      ...apiServerArgs,
    ]),
    controllerManager: {
      ...manager,
      args: [
        ...manager.args,
        `--service-cluster-ip-range=${addresses.services}`,
        '--allocate-node-cidrs',
        `--cluster-cidr=${addresses.pods}`,
      ],
    },
    scheduler: scheduler(folder, ports),
  };
}

/** `restrictOomScore`: nobody may lower its oom_score_adj here, as containers of upstream's settings want. */
export function containerd({ folder }: NodeCluster, restrictOomScore: boolean): Component {
  const root = join(folder, 'containerd');
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  const settings = `version = 2
root = "${root}"
state = "/run/containerd"
[grpc]
  address = "${containerdSocket}"
[${cri}]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = ${restrictOomScore}
[${cri}.cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "/etc/cni/net.d"
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(root, 'opt')}"
`;
  return { program: '/usr/bin/containerd', args: ['--config', settingsFile(folder, 'containerd.toml', settings)] };
}

/** One bridge for the node's pods. Nothing is masqueraded: pods are seen under their own addresses, on the machine too. */
export function networkSettings({ pods }: NodeAddresses): string {
  const bridge = {
    type: 'bridge',
    bridge: 'cni0',
    isGateway: true,
    ipMasq: false,
    hairpinMode: true,
    ipam: { type: 'host-local', ranges: [[{ subnet: pods }]], routes: [{ dst: '0.0.0.0/0' }] },
  };
  const portmap = { type: 'portmap', capabilities: { portMappings: true } };
  return JSON.stringify({ cniVersion: '1.0.0', name: 'pods', plugins: [bridge, portmap] });
}

export function kubelet({ folder, addresses }: NodeCluster): Component {
  const files = credentialFiles(folder);
  const settings = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: addresses.node,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true, cacheTTL: '10s' },
      x509: { clientCAFile: files.authority.certificate },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: files.kubeletServer.certificate,
    tlsPrivateKeyFile: files.kubeletServer.key,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    // Of its own, so that clusters side by side keep their hands off each other's pods.
    cgroupRoot: `/${addresses.link}`,
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [addresses.dns],
    clusterDomain: 'cluster.local',
    resolvConf: settingsFile(folder, 'resolv.conf', ''),
    // There is no registry to bring back what is collected.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    nodeStatusUpdateFrequency: '4s',
    syncFrequency: '10s',
    volumeStatsAggPeriod: '60s',
  };
  return {
    program: 'kubelet',
    args: [
      `--config=${settingsFile(folder, 'kubelet.json', JSON.stringify(settings))}`,
      `--kubeconfig=${files.kubeconfig('kubelet')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${addresses.node}`,
    ],
  };
}

export function kubeProxy({ folder, addresses }: NodeCluster): Component {
  const settings = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: addresses.pods,
    hostnameOverride: nodeName,
    clientConnection: { kubeconfig: credentialFiles(folder).kubeconfig('kube-proxy') },
    // They are the machine's, not the namespace's.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
  };
  return {
    program: 'kube-proxy',
    args: [`--config=${settingsFile(folder, 'kube-proxy.json', JSON.stringify(settings))}`],
  };
}

function settingsFile(folder: string, name: string, text: string): string {
  const settings = join(folder, 'settings');
  mkdirSync(settings, { recursive: true });
  const file = join(settings, name);
  writeFileSync(file, text);
  return file;
}
