/** Puts the table of facts together. */
import { join } from 'node:path';
import type { ModuleFolders } from './go-modules.ts';
import { readGoPackage, type GoPackage } from './go-source.ts';
import {
  readDefinitions,
  readStableGroupVersions,
  readVersion3Schemas,
  type GroupVersionKindText,
} from './openapi-inputs.ts';
import { writeResources } from './resources.ts';
import { shortDefinitionName, writeTypes } from './types.ts';
import { kubernetesVersion } from './versions.ts';

/** The text of `facts.generated.json`: one line for each type and resource, so that changes can be read. */
export function writeFacts(folders: ModuleFolders): string {
  const kubernetes = folderOf(folders, 'k8s.io/kubernetes');
  const definitions = readDefinitions(kubernetes);
  const groupVersions = readStableGroupVersions(kubernetes);
  const served = new Set(groupVersions.map(({ group, version }) => `${group}/${version}`));
  const byKind = new Map<string, string>();
  const kinds: Record<string, string> = {};
  const everyGroup: Record<string, readonly string[]> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const gvks = definition['x-kubernetes-group-version-kind'] ?? [];
    if (gvks.length > 1) everyGroup[shortDefinitionName(name)] = gvks.map(gvkText);
    else if (gvks[0] && served.has(`${gvks[0].group}/${gvks[0].version}`))
      kinds[shortDefinitionName(name)] = gvkText(gvks[0]);
    else continue;
    for (const gvk of gvks) byKind.set(gvkText(gvk), name);
  }
  const rows = writeResources(groupVersions, (gvk) => {
    const name = byKind.get(gvkText(gvk));
    if (name === undefined) throw new Error(`no definition of ${gvkText(gvk)}`);
    return shortDefinitionName(name);
  });
  const cache = new Map<string, GoPackage>();
  const packageAt = (path: string): GoPackage => {
    let found = cache.get(path);
    if (!found) cache.set(path, (found = readGoPackage(packageFolder(folders, path), path)));
    return found;
  };
  const roots = [...new Set(byKind.values()), 'io.k8s.apimachinery.pkg.version.Info'];
  const { packages, structs, names, enums } = writeTypes(
    roots,
    definitions,
    readVersion3Schemas(kubernetes),
    packageAt,
  );
  return jsonByLines({
    version: kubernetesVersion,
    packages,
    names,
    enums,
    structs,
    kinds,
    everyGroup,
    resources: rows,
  });
}

function gvkText({ group, version, kind }: GroupVersionKindText): string {
  return group === '' ? `${version} ${kind}` : `${group}/${version} ${kind}`;
}

function folderOf(folders: ModuleFolders, module: string): string {
  const folder = folders.get(module);
  if (folder === undefined) throw new Error(`module ${module} is not among the inputs`);
  return folder;
}

function packageFolder(folders: ModuleFolders, path: string): string {
  const module = path.split('/').slice(0, 2).join('/');
  return join(folderOf(folders, module), path.slice(module.length + 1));
}

function jsonByLines(table: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(table).map(([key, value]) => {
    if (Array.isArray(value)) return `"${key}":[\n${value.map((item) => JSON.stringify(item)).join(',\n')}\n]`;
    if (typeof value !== 'object' || value === null) return `"${key}":${JSON.stringify(value)}`;
    const lines = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${JSON.stringify(inner)}`);
    return `"${key}":{\n${lines.join(',\n')}\n}`;
  });
  return `{\n${parts.join(',\n')}\n}\n`;
}
