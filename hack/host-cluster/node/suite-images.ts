/**
 * Images that upstream's tests name, as far as they can be made of what is on the machine: of the same programs and files, or of such as do the same for
 * the tests. What they serve or print is what the tests look at.
 */
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from './image-archive.ts';

export const suiteRegistry = 'registry.k8s.io/e2e-test-images';

export interface SuiteLayers {
  /** A small userland. */
  readonly base: string;
  readonly agnhost: string;
  /** Of upstream's module: `test/images`. */
  readonly sources: string;
  /** Where the programs of the node are. */
  readonly programs: string;
  /** Where further layers are made. */
  readonly work: string;
}

export function suiteImages({ base, agnhost, sources, programs, work }: SuiteLayers): readonly Image[] {
  return [
    { references: [`${suiteRegistry}/glibc-dns-testing:2.0.0`], layers: [base, agnhost], command: ['bash'] },
    {
      references: [`${suiteRegistry}/nginx:1.15-4`, `${suiteRegistry}/nginx:1.27-0`],
      layers: [base, pagesLayer(join(work, 'pages'))],
      command: ['httpd', '-f', '-p', '80', '-h', pages],
    },
    ...['kitten', 'nautilus'].map((pet) => ({
      references: [`${suiteRegistry}/${pet}:1.8`],
      layers: [base, agnhost, petLayer(join(work, pet), join(sources, pet, 'html'))],
      entrypoint: ['/agnhost'],
      command: ['test-webserver'],
    })),
    {
      references: [`${suiteRegistry}/nonewprivs:1.4`],
      layers: [base, privilegedLayer(join(work, 'nonewprivs'), programs)],
      command: ['/usr/local/bin/nnp'],
    },
  ];
}

/** Where nginx has its pages. */
const pages = '/usr/share/nginx/html';

function pagesLayer(root: string): string {
  mkdirSync(join(root, pages), { recursive: true });
  writeFileSync(join(root, pages, 'index.html'), '<h1>It works</h1>\n');
  return root;
}

function petLayer(root: string, files: string): string {
  mkdirSync(root);
  cpSync(files, root, { recursive: true });
  // A module's files can only be read.
  chmodSync(root, 0o755);
  return root;
}

/** A program that runs as its owner, if it may. */
function privilegedLayer(root: string, programs: string): string {
  const folder = join(root, 'usr/local/bin');
  mkdirSync(folder, { recursive: true });
  cpSync(join(programs, 'nnp'), join(folder, 'nnp'));
  chmodSync(join(folder, 'nnp'), 0o6755);
  return root;
}
