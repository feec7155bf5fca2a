import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeForStorage } from '../../../api/resource-version.ts';
import type { KubeObject } from '../../../api/object.ts';
import { canonical } from '../../registry/before-write.ts';
import { managedFieldsAfterUpdate } from '../../registry/managed-fields/managed-fields.ts';
import { managedScope } from '../../registry/managed-fields/scope.ts';
import { createResourceRegistry } from '../../registry/resource-registry.ts';
import { builtinResourceDefinitions } from '../../registry/resources/builtin-resources.ts';
import { rbacGroup } from '../role-entries.ts';
import { bootstrapPolicy } from './policy.ts';
import { withManagedFields } from './policy-managed-fields.ts';

const resources = createResourceRegistry(builtinResourceDefinitions);
const context = { user: { name: 'system:apiserver', groups: ['system:masters'] }, now: 0 };
const time = '1970-01-01T00:00:00Z';

for (const [plural, objects] of bootstrapPolicy()) {
  test(`${plural} are upstream’s`, () => {
    // Recorded by test/golden/oracle/rbac.ts.
    const golden = JSON.parse(
      readFileSync(join(import.meta.dirname, `../../../../test/golden/rbac/${plural}.json`), 'utf8'),
    ) as readonly KubeObject[];
    const byKey = (list: readonly KubeObject[]): Map<string, unknown> =>
      new Map(
        list
          .map(({ metadata, rules, aggregationRule, subjects, roleRef }) => {
            // Aggregated rules are gathered, not written.
            const own = aggregationRule === undefined ? rules : undefined;
            return [
              `${metadata.namespace ?? ''}/${metadata.name ?? ''}`,
              { metadata, rules: own, aggregationRule, subjects, roleRef },
            ] as const;
          })
          .toSorted(([left], [right]) => (left < right ? -1 : 1)),
      );
    assert.deepEqual(byKey(objects), byKey(golden));
  });

  test(`${plural} are written as the registry would write them`, () => {
    const resource = resources.find(rbacGroup, 'v1', plural);
    assert.ok(resource);
    for (const object of objects) {
      assert.deepEqual(resource.definition?.strategy?.validate?.(object, context), []);
      const written = withManagedFields(object, 'uid', time);
      const { managedFields: _managed, ...metadata } = written.metadata;
      const managed = managedFieldsAfterUpdate({
        scope: managedScope(resources, resource, ''),
        live: undefined,
        next: { ...written, metadata },
        manager: 'kube-apiserver',
        now: 0,
      });
      assert.deepEqual(written.metadata['managedFields'], managed, object.metadata.name ?? '');
      const bytes = Buffer.from(encodeForStorage(written)).toString();
      assert.equal(bytes, Buffer.from(encodeForStorage(canonical(resource, written))).toString());
    }
  });
}
