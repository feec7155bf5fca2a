/** Definitions of a real operator, as its Go module has them. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Of the newest API: long schemas with many rules. */
const operatorModule = 'sigs.k8s.io/gateway-api@v1.4.0';
const folder = 'config/crd/standard';

export interface OperatorDefinition {
  readonly name: string;
  /** YAML. */
  readonly text: string;
}

/** Downloads the module, unless Go has it. */
export async function operatorDefinitions(): Promise<readonly OperatorDefinition[]> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', operatorModule], {
    env: { ...process.env, GOFLAGS: '-mod=mod', GO111MODULE: 'on' },
  });
  // Written by `go mod download -json`: this shape is its documented output.
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
  const definitions: OperatorDefinition[] = [];
  for (const file of await readdir(join(Dir, folder))) {
    const [, group, plural] = /^(.+)_(.+)\.yaml$/.exec(file) ?? [];
    if (group === undefined || plural === undefined) continue;
    definitions.push({ name: `${plural}.${group}`, text: await readFile(join(Dir, folder, file), 'utf8') });
  }
  return definitions;
}
