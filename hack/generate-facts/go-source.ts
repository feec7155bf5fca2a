/**
 * Reads Go type declarations: what OpenAPI leaves out and the JSON on the wire depends on — the order of fields, `omitempty`,
 * pointers, the names of types, constants of enums. Only the subset of Go that API types are written in is understood; the rest
 * (functions, interfaces) is skipped.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GoField {
  /** Go's name; empty for an embedded field. */
  readonly goName: string;
  /** Name in JSON; empty: inlined into the struct around it. */
  readonly name: string;
  /** With package paths in full: `[]k8s.io/api/core/v1#Container`. */
  readonly type: string;
  readonly omit: 'never' | 'empty' | 'zero';
  /** `+key=value` lines of its comment. */
  readonly markers: readonly string[];
  /** Go's names of the structs that it was inlined from, outermost first. */
  readonly inlinedFrom?: readonly string[];
}

export interface GoType {
  readonly markers: readonly string[];
  /** A struct's fields, or the type that this one is defined as. */
  readonly definition: readonly GoField[] | string;
}

export interface GoPackage {
  readonly path: string;
  readonly types: ReadonlyMap<string, GoType>;
  /** String constants that say their type, by their name. */
  readonly constants: ReadonlyMap<string, GoConstant>;
}

export interface GoConstant {
  /** Name of a type of the same package. */
  readonly type: string;
  /** The value, or the constant of another package that it is converted from: `k8s.io/api/core/v1#IPv4Protocol`. */
  readonly value: string | { readonly sameAs: string };
}

const basicTypes = new Set([
  'bool',
  'string',
  'int',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'float64',
  'byte',
  'uint8',
  'error',
  'any',
]);

/** Reads the package in `folder`, whose import path is `path`. Generated files and tests are left out. */
export function readGoPackage(folder: string, path: string): GoPackage {
  const types = new Map<string, GoType>();
  const constants = new Map<string, GoConstant>();
  const files = readdirSync(folder).filter(
    (file) => file.endsWith('.go') && !file.endsWith('_test.go') && !file.startsWith('zz_') && !file.endsWith('.pb.go'),
  );
  for (const file of files.toSorted()) {
    const lines = readFileSync(join(folder, file), 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\//g, '')
      .split('\n');
    readFile(lines, path, types, constants);
  }
  return { path, types, constants };
}

function readFile(
  lines: readonly string[],
  path: string,
  types: Map<string, GoType>,
  constants: Map<string, GoConstant>,
): void {
  const imports = readImports(lines);
  let markers: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const comment = /^\/\/ ?(.*)$/.exec(line);
    if (comment) {
      if (comment[1]?.startsWith('+')) markers.push(comment[1].slice(1).trim());
      continue;
    }
    const struct = /^type (\w+) struct ?\{(\})?/.exec(line);
    const plain = /^type (\w+) (=\s*)?([\w.[\]*]+)\s*(\/\/.*)?$/.exec(line);
    if (struct) {
      const end = struct[2] ? index : endOfBlock(lines, index);
      types.set(struct[1] ?? '', { markers, definition: readFields(lines.slice(index + 1, end), path, imports) });
      index = end;
    } else if (plain) {
      types.set(plain[1] ?? '', { markers, definition: qualify(plain[3] ?? '', path, imports) });
    } else readConstant(line, path, imports, constants);
    // A blank line between a marker block and the declaration is upstream's habit: markers live on until the next code.
    if (line.trim() !== '') markers = [];
  }
}

function readConstant(
  line: string,
  path: string,
  imports: ReadonlyMap<string, string>,
  constants: Map<string, GoConstant>,
): void {
  const typed = /^\s*(?:const )?(\w+)\s+(\w+)\s*=\s*"([^"]*)"/.exec(line);
  const converted = /^\s*(?:const )?(\w+)\s*=\s*(\w+)\((?:"([^"]*)"|([\w.]+))\)/.exec(line);
  const [, name = '', type = '', value, other = ''] = typed ?? converted ?? [];
  if (name !== '') constants.set(name, { type, value: value ?? { sameAs: qualify(other, path, imports) } });
}

function readImports(lines: readonly string[]): ReadonlyMap<string, string> {
  const imports = new Map<string, string>();
  for (const line of lines) {
    if (/^(type|func|var|const) /.test(line)) break;
    const found = /^(?:import)?\s*(\w+)?\s*"([^"]+)"/.exec(line);
    if (found?.[2]) imports.set(found[1] ?? found[2].split('/').at(-1) ?? '', found[2]);
  }
  return imports;
}

function endOfBlock(lines: readonly string[], start: number): number {
  for (let index = start + 1; index < lines.length; index++) if (lines[index]?.startsWith('}')) return index;
  throw new Error('a struct has no end');
}

function readFields(lines: readonly string[], path: string, imports: ReadonlyMap<string, string>): GoField[] {
  const fields: GoField[] = [];
  let markers: string[] = [];
  for (const line of lines) {
    const comment = /^\s*\/\/ ?(.*)$/.exec(line);
    if (comment) {
      if (comment[1]?.startsWith('+')) markers.push(comment[1].slice(1).trim());
      continue;
    }
    const found = /^\s*(?:(\w+)\s+)?([\w.[\]*]+)\s+`([^`]*)`/.exec(line);
    if (found) {
      const [, goName = '', type = '', tags = ''] = found;
      const [name = '', ...options] = (/json:"([^"]*)"/.exec(tags)?.[1] ?? '-').split(',');
      if (name !== '-') {
        const omit = options.includes('omitzero') ? 'zero' : options.includes('omitempty') ? 'empty' : 'never';
        fields.push({ goName, name, type: qualify(type, path, imports), omit, markers });
      }
    }
    if (line.trim() !== '') markers = [];
  }
  return fields;
}

/** Puts the full import path before each named type: `[]v1.Container` → `[]k8s.io/api/core/v1#Container`. */
function qualify(type: string, path: string, imports: ReadonlyMap<string, string>): string {
  return type.replaceAll(/\b(?:(\w+)\.)?([A-Za-z_]\w*)\b/g, (word, packageName: string | undefined, name: string) => {
    if (packageName === undefined) return name === 'map' || basicTypes.has(name) ? word : `${path}#${name}`;
    return `${imports.get(packageName) ?? packageName}#${name}`;
  });
}
