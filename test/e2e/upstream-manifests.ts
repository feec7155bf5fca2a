/**
 * Applications that no one here wrote: the manifests of upstream's own end-to-end tests, read from the `k8s.io/kubernetes` Go module, with
 * images filled in.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Manifest {
  /** `guestbook/frontend-deployment.yaml.in` */
  readonly name: string;
  /** YAML or JSON, ready to be applied. */
  readonly text: string;
}

const module = 'k8s.io/kubernetes@v1.36.3';
const image = 'agnhost:2.63.0';

/** The folders that are applied whole. What asks for volumes or nodes' devices is for a later day. */
const folders = ['guestbook', 'guestbook/legacy', 'kubectl'];
const services = /^statefulset\/[^/]+\/(service|pdb|configmap)\.yaml$/;

/** @throws Error where Go or the module is not to be had */
export function upstreamManifests(): readonly Manifest[] {
  const root = join(moduleFolder(), 'test/e2e/testing-manifests');
  const names = [
    ...folders.flatMap((folder) => filesOf(root, folder)),
    ...readdirSync(join(root, 'statefulset')).flatMap((folder) =>
      filesOf(root, `statefulset/${folder}`).filter((name) => services.test(name)),
    ),
  ];
  return names.map((name) => ({ name, text: filledIn(readFileSync(join(root, name), 'utf8')) }));
}

function filesOf(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(yaml|json)(\.in)?$/.test(entry.name))
    .map((entry) => `${folder}/${entry.name}`);
}

/** `{{.AgnhostImage}}` and its like, and `{{.Replicas}}`-like numbers. */
function filledIn(text: string): string {
  return text.replaceAll(/\{\{\s*\.\w*Image\s*\}\}/g, image).replaceAll(/\{\{\s*\.\w+\s*\}\}/g, '1');
}

function moduleFolder(): string {
  const answer: unknown = JSON.parse(execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' }));
  if (typeof answer !== 'object' || answer === null || !('Dir' in answer) || typeof answer.Dir !== 'string') {
    throw new Error(`no folder of ${module}`);
  }
  return answer.Dir;
}
