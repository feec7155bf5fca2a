/** Records which roles and bindings a new upstream cluster has: `node test/golden/oracle/rbac.ts`. One object in a line. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rbacResources, unmanagedObjects } from '../../differential/rbac/bootstrap-objects.ts';
import { startUpstreamSide } from '../../differential/rbac/upstream-cluster.ts';

const upstream = await startUpstreamSide();
try {
  for (const plural of rbacResources) {
    const objects = await unmanagedObjects(upstream, plural);
    const lines = objects.map((object) => JSON.stringify(object)).join(',\n');
    writeFileSync(join(import.meta.dirname, `../rbac/${plural}.json`), `[\n${lines}\n]\n`);
  }
} finally {
  await upstream.close();
}
