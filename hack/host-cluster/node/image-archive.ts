/** Container images from folders, without a registry and without its tools: an archive as `docker save` writes it, which containerd imports. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface Image {
  /** The names under which pods ask for it. */
  readonly references: readonly string[];
  /** Folders, the lowest first: a file of a later one covers that of an earlier one. */
  readonly layers: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** Default root. */
  readonly user?: string;
}

const created = '1970-01-01T00:00:00Z';
const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Writes the images into one archive; layers that several have are there once. `work`: where files may be left. */
export async function writeImageArchive(images: readonly Image[], file: string, work: string): Promise<void> {
  const folder = mkdtempSync(join(work, 'archive-'));
  const layers = new Map<string, string>();
  const manifest = [];
  for (const image of images) {
    for (const layer of image.layers) {
      if (!layers.has(layer)) layers.set(layer, await writeLayer(layer, folder));
    }
    const digests = image.layers.map((layer) => layers.get(layer) ?? '');
    const config = JSON.stringify(imageConfig(image, digests));
    const name = `${createHash('sha256').update(config).digest('hex')}.json`;
    writeFileSync(join(folder, name), config);
    manifest.push({ Config: name, RepoTags: image.references, Layers: digests.map(layerFile) });
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  execFileSync('tar', ['--create', '--file', file, '--directory', folder, '.']);
}

function imageConfig({ entrypoint, command, user }: Image, digests: readonly string[]): object {
  return {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    created,
    config: { Env: [path], Entrypoint: entrypoint, Cmd: command, User: user ?? '', WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) },
    history: digests.map(() => ({ created, created_by: 'sublet' })),
  };
}

/** Resolves to the layer's digest. The same files give the same one: no times, no owners, one order. */
async function writeLayer(layer: string, folder: string): Promise<string> {
  const unfinished = join(folder, 'layer');
  const options = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', [...options, '--create', '--file', unfinished, '--directory', layer, '.']);
  const hash = createHash('sha256');
  await pipeline(createReadStream(unfinished), hash);
  const digest = hash.digest('hex');
  mkdirSync(join(folder, digest));
  renameSync(unfinished, join(folder, layerFile(digest)));
  return digest;
}

function layerFile(digest: string): string {
  return `${digest}/layer.tar`;
}
