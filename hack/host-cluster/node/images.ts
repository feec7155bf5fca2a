/**
 * The images that a node cluster has, made of what is on the machine: there is no registry to pull from, so a pod can run only these. Kept in the cache,
 * in a folder named after what goes into them.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../go-build.ts';
import { pauseImage } from './components.ts';
import { writeImageArchive, type Image } from './image-archive.ts';
import { kubeletModule } from './programs.ts';
import { suiteImages, suiteRegistry } from './suite-images.ts';

export const dnsImage = 'registry.k8s.io/coredns/coredns:v1.14.2';

const sources = ['images.ts', 'image-archive.ts', 'suite-images.ts'].map((name) => join(import.meta.dirname, name));
const busybox = '/bin/busybox';
/** Debian's busybox is linked statically with glibc, which asks for names through libraries of its own version beside it. */
const nameLibraries = ['libc.so.6', 'libresolv.so.2', 'libnss_dns.so.2', 'libnss_files.so.2'];
const agnhostTools = ['/usr/bin/curl', '/usr/bin/dig', '/usr/bin/getent', '/bin/bash', '/bin/nc.openbsd'];

/**
 * The path of an archive with all images, from the cache where it is there.
 * @param programs the folder of {@link buildNodePrograms}
 */
export async function buildImages(programs: string, report: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), 'host-images', digestOf(programs));
  const archive = join(folder, 'images.tar');
  if (existsSync(archive)) return archive;
  report('building images');
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}.building-`);
  try {
    const unfinished = join(work, 'images.tar');
    await writeImageArchive(images(programs, work), unfinished, work);
    mkdirSync(folder, { recursive: true });
    renameSync(unfinished, archive);
    return archive;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function images(programs: string, work: string): readonly Image[] {
  const base = baseLayer(join(work, 'base'));
  const agnhost = agnhostLayer(join(work, 'agnhost'), programs);
  return [
    {
      references: [pauseImage],
      layers: [programLayer(work, programs, 'pause')],
      entrypoint: ['/pause'],
      user: '65535',
    },
    { references: [dnsImage], layers: [dnsLayer(work, programs)], entrypoint: ['/coredns'] },
    {
      references: [
        'docker.io/library/busybox:1.35',
        'docker.io/library/busybox:1.37',
        `${suiteRegistry}/busybox:1.37.0-1`,
      ],
      layers: [base],
      command: ['sh'],
    },
    {
      references: [`${suiteRegistry}/agnhost:2.63.0`, `${suiteRegistry}/agnhost:2.55`],
      layers: [base, agnhost],
      entrypoint: ['/agnhost'],
      command: ['pause'],
    },
    // Something that answers on port 80, for applications that name a web server and don't look closer.
    {
      references: ['docker.io/library/nginx:1.29'],
      layers: [base, agnhost],
      command: ['/agnhost', 'netexec', '--http-port=80', '--udp-port=-1'],
    },
    ...suiteImages({ base, agnhost, sources: join(kubernetesSource(), 'test/images'), programs, work }),
  ];
}

/** A small userland: busybox under all its names, users, and what name lookups need. */
function baseLayer(root: string): string {
  const folders = ['bin', 'sbin', 'etc', 'root', 'home', 'usr/bin', 'usr/sbin', 'var/run', 'proc', 'sys', 'dev', 'tmp'];
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync(busybox, join(root, 'bin/busybox'));
  for (const name of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (name !== 'busybox') symlinkSync('/bin/busybox', join(root, 'bin', name));
  }
  for (const library of nameLibraries) copyWithLibraries(join(libraryFolder(), library), root);
  const etc = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(root, 'etc', name), `${lines.join('\n')}\n`);
  etc('nsswitch.conf', ['hosts: files dns', 'passwd: files', 'group: files']);
  etc('passwd', [
    'root:x:0:0:root:/root:/bin/sh',
    'daemon:x:1:1::/:/bin/false',
    'nobody:x:65534:65534:nobody:/home:/bin/false',
    'user-defined-in-image:x:1000:1000::/home:/bin/sh',
  ]);
  etc('group', [
    'root:x:0:',
    'daemon:x:1:',
    'nogroup:x:65534:',
    'group-defined-in-image:x:50000:user-defined-in-image',
  ]);
  return root;
}

/** Upstream's test program with the tools its tests call. The shell is bash: busybox's runs its own applets before programs. */
function agnhostLayer(root: string, programs: string): string {
  mkdirSync(join(root, 'uploads'), { recursive: true });
  for (const tool of agnhostTools) copyWithLibraries(tool, root);
  mkdirSync(join(root, 'bin'), { recursive: true });
  for (const [link, target] of [
    ['bin/nc', 'nc.openbsd'],
    ['bin/sh', 'bash'],
    ['agnhost-2', 'agnhost'],
  ] as const) {
    symlinkSync(target, join(root, link));
  }
  copyFileSync(join(programs, 'agnhost'), join(root, 'agnhost'));
  const porter = join(kubernetesSource(), 'test/images/agnhost/porter');
  for (const file of ['localhost.crt', 'localhost.key']) {
    copyFileSync(join(porter, file), join(root, file));
    chmodSync(join(root, file), 0o644);
  }
  return root;
}

function dnsLayer(work: string, programs: string): string {
  const root = programLayer(work, programs, 'coredns');
  for (const folder of ['etc', 'tmp']) mkdirSync(join(root, folder));
  return root;
}

function programLayer(work: string, programs: string, name: string): string {
  const root = join(work, name);
  mkdirSync(root);
  copyFileSync(join(programs, name), join(root, name));
  return root;
}

/** Copies a program or library to where it is here, with the libraries that it loads. */
function copyWithLibraries(file: string, root: string): void {
  const listed = execFileSync('ldd', [file], { encoding: 'utf8' });
  const needed = [...listed.matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map(([, path]) => path ?? '');
  for (const path of [file, ...needed]) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(realpathSync(path), target);
  }
}

/** Where this architecture's libraries are. */
function libraryFolder(): string {
  const [, libc] = /=> (\/\S+libc\.so\.6)/.exec(execFileSync('ldd', ['/bin/bash'], { encoding: 'utf8' })) ?? [];
  if (libc === undefined) throw new Error('no libc.so.6 is found on this machine');
  return dirname(libc);
}

function kubernetesSource(): string {
  const list = ['list', '-mod=readonly', '-m', '-f', '{{.Dir}}', 'k8s.io/kubernetes'];
  return execFileSync('go', list, { cwd: kubeletModule, encoding: 'utf8' }).trim();
}

function digestOf(programs: string): string {
  const hash = createHash('sha256').update(programs);
  for (const file of [...sources, busybox, ...agnhostTools]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
