/**
 * What of a host's own object a tenant sees, field by field, of all built-in kinds that it may: each mark may appear only where the list beside this file
 * says (`<kind>-mirror.txt`). Of other kinds, whose fields nobody knows, what belongs to their place is looked at.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KubeObject } from '../../src/api/object.ts';
import { markOn } from '../../src/api/side.ts';
import { schemaForKind } from '../../src/schema/builtin/catalog.ts';
import type { MirroredKind } from '../../src/syncer/mirrored-kind.ts';
import { mirroredKinds } from '../../src/syncer/mirrors/mirrored-kinds.ts';
import { mirrorOf } from '../../src/translate/mirrors/mirror.ts';
import { leavesOf, markedObject, marksIn } from './marked-object.ts';

const now = Date.UTC(2030, 0, 1);

/** The marks of the host in what is shown of its object, with all that can be hidden shown. */
function shown(kind: MirroredKind, source: KubeObject, paths: ReadonlyMap<string, string>): string[] {
  const image = kind.image(markOn('host', source), new Set());
  assert.ok(image, `${kind.kind} is not shown`);
  const made = kind.mirror ? kind.mirror(undefined, image, now) : mirrorOf(undefined, image);
  const mirror = kind.withStatus ? kind.withStatus(made, image, now) : made;
  const found = new Set<string>();
  for (const [path, leaf] of leavesOf(mirror)) {
    for (const mark of typeof leaf === 'string' ? marksIn(leaf) : []) {
      const from = paths.get(mark);
      if (from === undefined) continue;
      if (leaf !== mark) found.add(`${from} → ${path} (within)`);
      else found.add(from === path ? from : `${from} → ${path}`);
    }
  }
  return [...found].toSorted();
}

for (const kind of mirroredKinds) {
  const { group, version } = kind.gvr;
  if (schemaForKind({ group, version, kind: kind.kind })) {
    test(`what a tenant sees of a ${kind.kind} of its host is on the list`, () => {
      const { object, paths } = markedObject(kind.kind, group, 'h');
      const list = readFileSync(join(import.meta.dirname, `${kind.kind.toLowerCase()}-mirror.txt`), 'utf8');
      assert.deepEqual(shown(kind, object, paths), list.trimEnd().split('\n'));
    });
  } else {
    test(`a ${kind.kind} is shown without its owners, writers, finalizers and namespace`, () => {
      const { object, paths } = markedObject('ConfigMap', '', 'h');
      const source = { apiVersion: `${group}/${version}`, kind: kind.kind, metadata: object.metadata, spec: {} };
      const seen = shown(kind, source, paths).filter((line) => line.startsWith('metadata.'));
      const plain = new Set(['metadata.annotations{}', 'metadata.labels{}', 'metadata.name']);
      for (const line of seen) {
        const isNoted = line.endsWith('(within)') && line.includes('→ metadata.annotations.sublet.dev/');
        assert.ok(plain.has(line) || isNoted, `${line} of a ${kind.kind}`);
      }
      assert.ok(seen.includes('metadata.name'));
    });
  }
}
