/**
 * Asks a real kube-apiserver what it answers to the objects of the golden files of validation, and writes it down. A new case needs a title, an
 * object, and `old` where it is an update. Needs the programs of hack/host-cluster. Run: `node test/golden/oracle/record-refusals.ts [file…]`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { apiVersionOf } from '../../../src/api/gvk.ts';
import { builtinResources } from '../../../src/schema/builtin/catalog.ts';
import { Connection } from '../../differential/answer.ts';
import { startUpstreamHost } from '../../host/upstream.ts';

interface Case {
  readonly title: string;
  readonly object: Kind;
  readonly old?: Kind;
  readonly status?: unknown;
}


interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: Readonly<Record<string, unknown>> & { readonly name?: string };
}

const folder = join(import.meta.dirname, '../validation');
const chosen = process.argv.slice(2).map((path) => basename(path, '.json'));
const host = await startUpstreamHost({ controllers: false });
const connection = new Connection(host.server, { ca: host.ca, cert: host.clientCert, key: host.clientKey });
try {
  for (const file of readdirSync(folder)) {
    if (chosen.length > 0 && !chosen.includes(basename(file, '.json'))) continue;
    // Our own files.
    const cases = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case[];
    const answered: Case[] = [];
    for (const one of cases) answered.push(await recorded(one));
    writeFileSync(join(folder, file), `${JSON.stringify(answered, undefined, 1)}\n`);
  }
} finally {
  connection.close();
  await host.stop();
}

/** The case with upstream's answer; an update with what upstream made of the object before. */
async function recorded(one: Case): Promise<Case> {
  const { title, object, old } = one;
  const collection = collectionOf(object);
  const path = `${collection}/${encodeURIComponent(object.metadata?.name ?? '')}`;
  const text = JSON.stringify(object).replace('"REPEAT"', () => JSON.stringify('x'.repeat(1_048_577)));
  const created = old && (await ask('POST', collection, JSON.stringify({ ...old, metadata: newMetadata(old) })));
  const updated = created && { ...object, metadata: { ...newMetadata(object), ...created.metadata } };
  const answer = await (updated ? ask('PUT', path, JSON.stringify(updated)) : ask('POST', collection, text));
  if (old) await ask('DELETE', path, '{"gracePeriodSeconds":0}');
  if (answer.status === 'Failure') return updated ? { title, object: updated, old: created, status: answer } : { title, object, status: answer };
  process.stderr.write(`${title}: upstream takes it\n`);
  process.exitCode = 1;
  return one;
}

async function ask(method: string, path: string, body: string): Promise<Kind & { readonly status?: unknown }> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await connection.send({ method, path, headers, body: Buffer.from(body), lines: undefined });
  return JSON.parse(answer.body.toString());
}

function collectionOf({ apiVersion, kind }: Kind): string {
  const found = builtinResources().find((one) => apiVersionOf(one) === apiVersion && one.kind === kind);
  if (!found) throw new Error(`no resource of ${apiVersion} ${kind}`);
  const root = found.group === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
  return found.namespaced ? `${root}/namespaces/default/${found.plural}` : `${root}/${found.plural}`;
}

/** Without what the server gives. */
function newMetadata({ metadata = {} }: Kind): Kind['metadata'] {
  const { uid: _uid, resourceVersion: _version, generation: _generation, creationTimestamp: _time, managedFields: _managed, ...rest } = metadata;
  return rest;
}
