/** What a node needs of the machine it runs on: a Linux with namespaces, a user who may make them, and programs that Debian packages. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { goUnavailable } from '../go-build.ts';
import { kubeletModule } from './programs.ts';

/** Debian's packages, each with a file by which it is known to be there. */
const packages: Readonly<Record<string, string>> = {
  containerd: '/usr/bin/containerd',
  runc: '/usr/sbin/runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  iproute2: '/sbin/ip',
  iptables: '/usr/sbin/iptables',
  nftables: '/usr/sbin/nft',
  conntrack: '/usr/sbin/conntrack',
  ethtool: '/usr/sbin/ethtool',
  socat: '/usr/bin/socat',
  // For the images.
  'busybox-static': '/bin/busybox',
  'netcat-openbsd': '/bin/nc.openbsd',
  curl: '/usr/bin/curl',
  'bind9-dnsutils': '/usr/bin/dig',
  bash: '/bin/bash',
};

/**
 * Why there can be no node here, in words for a skipped test; undefined when there can be. Missing packages are no reason where `apt-get` can bring them.
 */
export function nodeUnavailable(): string | undefined {
  if (process.platform !== 'linux') return 'a node needs Linux';
  if (process.getuid?.() !== 0) return 'a node needs root: its containers have namespaces and cgroups';
  const namespaces = spawnSync('unshare', ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', 'true'], {
    encoding: 'utf8',
  });
  if (namespaces.status !== 0) {
    return `no namespaces can be made here: ${namespaces.error?.message ?? namespaces.stderr.trim()}`;
  }
  if (!existsSync('/sys/fs/cgroup/memory') && !existsSync('/sys/fs/cgroup/cgroup.controllers')) {
    return 'no cgroups are mounted at /sys/fs/cgroup';
  }
  if (missingPackages().length > 0 && !existsSync('/usr/bin/apt-get')) {
    return `these programs are missing, and there is no apt-get to bring them: ${missingPackages().join(', ')}`;
  }
  return goUnavailable(kubeletModule);
}

/**
 * Installs what is missing of Debian's packages.
 * @throws Error with the end of what apt-get said when that fails.
 */
export async function ensurePackages(report: (line: string) => void): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0) return;
  report(`installing Debian packages: ${missing.join(' ')}`);
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  if ((await aptGet(install, report)).code !== 0) {
    // The lists may be old, or missing.
    await aptGet(['update'], report);
    const { code, tail } = await aptGet(install, report);
    if (code !== 0) throw new Error(`apt-get ${install.join(' ')} failed:\n${tail.join('\n')}`);
  }
  const still = missingPackages();
  if (still.length > 0) throw new Error(`installed, and yet without its program: ${still.join(', ')}`);
}

function missingPackages(): string[] {
  return Object.keys(packages).filter((name) => !existsSync(packages[name] ?? ''));
}

const tailLines = 10;
/** Somebody else may be installing. */
const lockTimeoutSeconds = 300;

async function aptGet(
  args: readonly string[],
  report: (line: string) => void,
): Promise<{ readonly code: number | null; readonly tail: readonly string[] }> {
  const child = spawn('apt-get', ['-o', `DPkg::Lock::Timeout=${lockTimeoutSeconds}`, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const tail: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    tail.push(line);
    if (tail.length > tailLines) tail.shift();
    if (/^(Setting up|Get:|Fetched|E:|W:)/.test(line)) report(`  ${line}`);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, tail };
}
