/**
 * `npm run generate`: writes the table of facts about the built-in kinds from the Go modules of one pinned Kubernetes version.
 * With `--check` nothing is written, and the exit code is 1 where the table is not what would be written. With
 * `--descriptions FILE` upstream's texts are written too, gzipped, for `kubectl explain`: they are no part of this repository.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFacts } from './facts.ts';
import { goModuleFolders, type ModuleFolders } from './go-modules.ts';
import { writeDescriptions } from './descriptions.ts';
import { writeProtobufTable } from './protobuf.ts';

const root = join(import.meta.dirname, '../..');

/** Each generated file and what writes its text. */
const outputs: Readonly<Record<string, (folders: ModuleFolders) => string>> = {
  'src/schema/builtin/facts.generated.json': writeFacts,
  'src/schema/builtin/protobuf.generated.json': writeProtobufTable,
};

const { values: options } = parseArgs({
  options: { check: { type: 'boolean', default: false }, descriptions: { type: 'string' } },
});
const folders = await goModuleFolders();
for (const [file, write] of Object.entries(outputs)) {
  const path = join(root, file);
  const text = write(folders);
  if (!options.check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${relative(root, path)} is stale: run \`npm run generate\``);
    process.exitCode = 1;
  }
}
if (options.descriptions !== undefined) writeFileSync(options.descriptions, writeDescriptions(folders));
