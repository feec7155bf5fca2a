/**
 * Makes the bundles in `dist`: one small CommonJS file for each role, and the program `sublet` that starts the asked-for one.
 * The tenant's is apart from the rest, since there are hundreds of its process: what it must not contain, a test of the bundle says
 * (`test/bundle`). CommonJS, because importing Node's own `http` into an ES module costs 6 MB and 60 ms.
 */
import { build, type Plugin } from 'esbuild';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { descriptionsFromGoModules } from './generate-facts/descriptions.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
/** What is there stays until the whole is made: who runs it meanwhile isn't disturbed, and a failed build breaks nothing. */
const outdir = `${dist}.${process.pid}`;

/** `sublet` loads a role only when it is asked for: `import('./tenant.ts')` stays an import of the neighbouring bundle. */
const rolesApart: Plugin = {
  name: 'roles-apart',
  setup(plugin) {
    plugin.onResolve({ filter: /^\.\/.+\.ts$/ }, (found) =>
      found.kind === 'dynamic-import' && basename(found.importer) === 'sublet.ts'
        ? { path: found.path.replace(/\.ts$/, '.cjs'), external: true }
        : undefined,
    );
  },
};

/** Packages that most tenants never need: a neighbouring bundle each, loaded when one of its exports is first asked for. */
const rarelyNeeded = ['re2js', 'yaml'];

const packagesApart: Plugin = {
  name: 'packages-apart',
  setup(plugin) {
    plugin.onResolve({ filter: new RegExp(`^(${rarelyNeeded.join('|')})$`) }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path, namespace: 'apart' },
    );
    plugin.onResolve({ filter: /^\.\/.+\.cjs$/, namespace: 'apart' }, ({ path }) => ({ path, external: true }));
    plugin.onLoad({ filter: /.*/, namespace: 'apart' }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== 'default' && name !== 'module.exports');
      const getters = names.map((name) => `get ${name}() { return load().${name}; }`);
      return {
        contents: `let loaded;\nconst load = () => (loaded ??= require('./${path}.cjs'));\nmodule.exports = { ${getters.join(', ')} };`,
      };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
const result = await build({
  entryPoints: [
    ...['sublet', 'tenant', 'host', 'up', 'dns', 'cli'].map((role) => ({
      in: join(root, `src/main/${role}.ts`),
      out: role,
    })),
    ...rarelyNeeded.map((name) => ({ in: name, out: name })),
  ],
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  // Names of functions aren't kept: it costs a call for each, at every start and for every closure.
  legalComments: 'linked',
  metafile: true,
  plugins: [rolesApart, packagesApart],
  logLevel: 'warning',
});
await keepToOneByte(join(outdir, 'tenant.cjs'));
await writeFile(join(outdir, 'meta.json'), JSON.stringify(result.metafile).replaceAll(`dist.${process.pid}/`, 'dist/'));
await copyFile(join(root, 'LICENSE'), join(outdir, 'LICENSE'));
const descriptions = await descriptionsFromGoModules();
if (descriptions) await writeFile(join(outdir, 'descriptions.json.gz'), descriptions);
await rm(dist, { recursive: true, force: true });
await rename(outdir, dist);

/** V8 keeps a source in two bytes a character as soon as one needs them; esbuild leaves regular expressions as they are. */
async function keepToOneByte(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  // Every place where esbuild leaves such a character is one where JavaScript reads an escape.
  const escaped = text.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  await writeFile(path, escaped);
}
