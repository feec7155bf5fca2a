/**
 * What strategies and tables make of objects, as a real kube-apiserver did (`test/golden/created`, v1.36.3), less what its admission
 * plugins add (tolerations, priority, protection of volumes). Each case holds what was sent, so that it can be recorded again.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { decodeObject } from '../../../schema/decode.ts';
import { defaultPrinter } from '../../table/table.ts';
import { beforeCreate, ensureNamespace, fillSystemMetadata } from '../before-write.ts';
import type { Column } from '../resource-definition.ts';
import { createResourceRegistry } from '../resource-registry.ts';
import { builtinResourceDefinitions } from './builtin-resources.ts';

interface Case {
  readonly title: string;
  readonly sent: KubeObject;
  readonly made: KubeObject;
  /** What the table was made of. */
  readonly read: KubeObject;
  readonly columns: readonly Column[];
  readonly cells: readonly unknown[];
}

const file = join(import.meta.dirname, '../../../../test/golden/created/objects.json');
const cases: readonly Case[] = JSON.parse(readFileSync(file, 'utf8'));
const registry = createResourceRegistry(builtinResourceDefinitions);

for (const { title, sent, made, read, columns, cells } of cases) {
  const resource = registry
    .stored()
    .find(({ apiVersion, kind }) => apiVersion === sent.apiVersion && kind === sent.kind);
  assert.ok(resource, `no resource of ${sent.apiVersion} ${sent.kind}`);

  test(`${title}: as stored`, () => {
    const whole = decodeObject(resource.schema, structuredClone(sent) as unknown as JsonObject).object;
    const object = { ...(whole as unknown as KubeObject), kind: sent.kind, apiVersion: sent.apiVersion };
    resource.applyDefaults(object);
    const context = {
      user: { name: 'admin', groups: [] },
      now: Date.parse(made.metadata.creationTimestamp ?? ''),
      dryRun: false,
      warnings: [],
    };
    fillSystemMetadata(object.metadata, context, { uuid: () => made.metadata.uid ?? '', next: () => 0.5 });
    ensureNamespace(object.metadata, resource.namespaced ? 'default' : '');
    const stored = beforeCreate(resource, object, context);
    assert.deepEqual(JSON.parse(JSON.stringify(stored)), made);
  });

  test(`${title}: as a row`, () => {
    const printer = resource.table ?? defaultPrinter;
    const shown = printer.columns.map(({ name, type, format = '', priority = 0 }) => ({
      name,
      type,
      format,
      priority,
    }));
    assert.deepEqual(shown, columns);
    // Upstream's table was made within the second of the creation.
    assert.deepEqual(printer.row(read, { now: Date.parse(read.metadata.creationTimestamp ?? '') }), cells);
  });
}
