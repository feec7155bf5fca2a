/**
 * What pods read of themselves. On the host they read their copy: names stand in annotations of it, and so do whole maps of labels and annotations, written as a
 * kubelet writes them; the copy's own have Sublet's among them. They change with the tenant's, and the kubelet brings the files up to date. Pure.
 */
import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/object.ts';
import { goQuote } from '../../api/go-text.ts';
import { markPaths, ownPrefix } from '../marks.ts';
import { passesThrough } from '../metadata.ts';
import type { Notice } from './in-cluster.ts';
import { containersOf, type Container, type FieldReference, type PodSpec } from './pod-view.ts';

type Told = Record<string, string>;
type Map = 'labels' | 'annotations';

const toldPaths: Readonly<Record<string, string>> = {
  'metadata.name': markPaths.name,
  'metadata.namespace': markPaths.namespace,
  'metadata.uid': markPaths.uid,
  'spec.serviceAccountName': markPaths.serviceAccount,
};

/** Of all annotations of an object, by API servers' validation. Mirrors apimachinery api/validation TotalAnnotationSizeLimitB. */
const annotationBytesMax = 256 * 1024;
/** For what a copy notes of itself. */
const notesBytes = 8 * 1024;

/**
 * Changes in place: `spec` is the caller's own copy, which already has the annotations `beside`. Returns those that it needs besides, of what the tenant's
 * pod has now. Maps for which there is no room are cut off behind a line.
 */
export function tellOfItself(
  spec: PodSpec,
  pod: Readonly<KubeObject>,
  beside: Readonly<Record<string, string>>,
  tell: (notice: Notice) => void,
): Told {
  const told: Told = {};
  for (const container of containersOf(spec)) tellContainer(container, pod, told);
  for (const volume of spec.volumes ?? []) {
    for (const item of volume.downwardAPI?.items ?? []) tellAt(item.fieldRef, pod, told);
    for (const source of volume.projected?.sources ?? []) {
      for (const item of source.downwardAPI?.items ?? []) tellAt(item.fieldRef, pod, told);
    }
  }
  const used = Object.entries(beside).reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(value), 0);
  return withinLimit(told, annotationBytesMax - notesBytes - used, tell);
}

function withinLimit(told: Told, room: number, tell: (notice: Notice) => void): Told {
  let left = room;
  const kept: Told = {};
  for (const [name, text] of Object.entries(told)) {
    left -= bytesOf(name);
    let fits = text;
    while (fits !== '' && bytesOf(fits) > left) fits = fits.slice(0, Math.max(0, fits.lastIndexOf('\n')));
    left -= bytesOf(fits);
    kept[name] = fits;
    if (fits !== text) tell({ reason: 'DownwardAPILimited', message: tooLong });
  }
  return kept;
}

const tooLong =
  'The pod has so many labels and annotations that the files which show all of them end before the last; fewer of them, or files for single keys, are shown whole.';

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

function tellContainer({ env = [] }: Container, pod: Readonly<KubeObject>, told: Told): void {
  for (const variable of env) tellAt(variable.valueFrom?.fieldRef, pod, told);
}

function tellAt(reference: FieldReference | undefined, pod: Readonly<KubeObject>, told: Told): void {
  if (!reference) return;
  const { fieldPath } = reference;
  if (Object.hasOwn(toldPaths, fieldPath)) reference.fieldPath = toldPaths[fieldPath] ?? fieldPath;
  const [, map, key] = /^metadata\.(labels|annotations)(?:\['(.*)'\])?$/s.exec(fieldPath) ?? [];
  if (!isMap(map)) return;
  const entries = pod.metadata[map] ?? {};
  // What goes to the copy as it is, is read there.
  if (key !== undefined && passesThrough(key)) return;
  const annotation = `${ownPrefix}${key === undefined ? map : `told-${digest(fieldPath)}`}`;
  told[annotation] = key === undefined ? mapText(entries) : Object.hasOwn(entries, key) ? (entries[key] ?? '') : '';
  reference.fieldPath = `metadata.annotations['${annotation}']`;
}

function isMap(text: string | undefined): text is Map {
  return text === 'labels' || text === 'annotations';
}

/** Mirrors kubernetes pkg/fieldpath FormatMap. */
function mapText(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .join('\n');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
