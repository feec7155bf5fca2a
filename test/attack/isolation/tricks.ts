/** What a tenant may write into a pod to get more of its host than the operator's policy gives. Its own API server lets all of it pass. */
import type { Loose } from '../cluster.ts';

export interface Trick {
  readonly name: string;
  /** Beside a container that keeps to the policy. */
  readonly spec?: Loose;
  /** Of that container. */
  readonly container?: Loose;
  readonly metadata?: Loose;
}

const container = (more: Loose): Loose => ({ name: 'more', image: 'nginx', ...more });
const probe = (handler: Loose): Loose => ({ ...handler, periodSeconds: 10 });
const inAllKinds = (name: string, more: Loose): readonly Trick[] => [
  { name, container: more },
  { name: `${name}, of an init container`, spec: { initContainers: [container(more)] } },
  { name: `${name}, of a sidecar`, spec: { initContainers: [container({ restartPolicy: 'Always', ...more })] } },
];

/** Each is refused when the pod is made. */
export const tricks: readonly Trick[] = [
  { name: 'the host’s network', spec: { hostNetwork: true } },
  { name: 'the host’s processes', spec: { hostPID: true } },
  { name: 'the host’s memory', spec: { hostIPC: true } },
  ...inAllKinds('privileges', { securityContext: { privileged: true } }),
  ...inAllKinds('all capabilities', { securityContext: { capabilities: { add: ['ALL'] } } }),
  ...inAllKinds('one capability', { securityContext: { capabilities: { add: ['SYS_PTRACE'] } } }),
  ...inAllKinds('no seccomp', { securityContext: { seccompProfile: { type: 'Unconfined' } } }),
  ...inAllKinds('no AppArmor', { securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
  ...inAllKinds('another SELinux type', { securityContext: { seLinuxOptions: { type: 'spc_t' } } }),
  ...inAllKinds('a port of the node', { ports: [{ containerPort: 53, hostPort: 53 }] }),
  ...inAllKinds('an image from elsewhere', { image: 'evil.example/docker.io/library/nginx' }),
  ...inAllKinds('an image that only looks like one of ours', { image: 'docker.io.evil.example/library/nginx' }),
  {
    name: 'no AppArmor, by an annotation',
    metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined' } },
  },
  { name: 'no seccomp for the whole pod', spec: { securityContext: { seccompProfile: { type: 'Unconfined' } } } },
  { name: 'a sysctl of the node', spec: { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } } },
  { name: 'a folder of the node', spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } },
  { name: 'a server’s folder', spec: { volumes: [{ name: 'v', nfs: { server: '10.0.0.1', path: '/' } }] } },
  { name: 'a driver’s volume', spec: { volumes: [{ name: 'v', flexVolume: { driver: 'a/b' } }] } },
  { name: 'a repository', spec: { volumes: [{ name: 'v', gitRepo: { repository: 'https://evil.example/x' } }] } },
  {
    name: 'files of an image from elsewhere',
    spec: { volumes: [{ name: 'v', image: { reference: 'evil.example/x' } }] },
  },
  { name: 'all nodes', spec: { tolerations: [{ operator: 'Exists' }] } },
  {
    name: 'nodes that are kept',
    spec: { tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }] },
  },
  { name: 'other nodes', spec: { nodeSelector: { pool: 'operators' } } },
  { name: 'other hosts’ names', spec: { hostAliases: [{ ip: '10.0.0.1', hostnames: ['registry.example'] }] } },
  {
    name: 'a probe of the cloud',
    container: { livenessProbe: probe({ httpGet: { host: '169.254.169.254', port: 80 } }) },
  },
  {
    name: 'a probe of the node',
    container: { readinessProbe: probe({ tcpSocket: { host: '127.0.0.1', port: 10_250 } }) },
  },
  {
    name: 'a hook to somebody else',
    container: { lifecycle: { preStop: { httpGet: { host: '10.0.0.1', port: 80 } } } },
  },
  { name: 'probes without end', container: { startupProbe: { exec: { command: ['x'] }, periodSeconds: 1 } } },
  { name: 'a whole node', container: { resources: { limits: { cpu: '64', memory: '1Gi' } } } },
  {
    name: 'a whole node, in pieces',
    spec: {
      initContainers: Array.from({ length: 4 }, (_, index) =>
        container({ name: `i${index}`, restartPolicy: 'Always', resources: { limits: { cpu: '2', memory: '1Gi' } } }),
      ),
    },
  },
  { name: 'the host’s processes, as if on Windows', spec: { hostPID: true, os: { name: 'windows' } } },
  {
    name: 'privileges behind a user namespace',
    spec: { hostUsers: false },
    container: { securityContext: { privileged: true } },
  },
];

/** As every pod has them; they can't be taken away. */
const automatic = ['not-ready', 'unreachable'].map((condition) => ({
  key: `node.kubernetes.io/${condition}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

/** Each is refused when it is made of a pod that runs. */
export const changes: readonly { readonly name: string; readonly subresource: string; readonly patch: Loose }[] = [
  {
    name: 'another image',
    subresource: '',
    patch: { spec: { containers: [{ name: 'web', image: 'evil.example/x' }] } },
  },
  { name: 'all nodes', subresource: '', patch: { spec: { tolerations: [...automatic, { operator: 'Exists' }] } } },
  {
    name: 'a debug container with privileges',
    subresource: '/ephemeralcontainers',
    patch: { spec: { ephemeralContainers: [{ name: 'e', image: 'nginx', securityContext: { privileged: true } }] } },
  },
  {
    name: 'a debug container from elsewhere',
    subresource: '/ephemeralcontainers',
    patch: { spec: { ephemeralContainers: [{ name: 'e', image: 'evil.example/x', targetContainerName: 'web' }] } },
  },
  {
    name: 'a whole node',
    subresource: '/resize',
    patch: { spec: { containers: [{ name: 'web', resources: { limits: { cpu: '64' }, requests: { cpu: '64' } } }] } },
  },
];
