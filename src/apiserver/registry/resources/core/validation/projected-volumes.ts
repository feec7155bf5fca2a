/** Several sources in one volume. Mirrors validateProjectionSources, v1.36, but for trust bundles and pod certificates. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { fileMode, required } from '../../checks.ts';
import { unreservedPath } from './file-paths.ts';
import type { KeySource, ProjectedSource, Volume } from './pod-spec-view.ts';
import { validateDownwardFile, validateKeyToPath } from './volume-files.ts';

const tokenSecondsMin = 600;
const tokenSecondsMax = 2 ** 32;

export function validateProjection(projected: NonNullable<Volume['projected']>, path: Path): FieldError[] {
  const paths = new Set<string>();
  /** Two files at the same path. */
  const claim = (file: string, shown: string): FieldError[] => {
    if (file === '') return [];
    if (paths.has(file)) return [field.invalid(path, shown, 'conflicting duplicate paths')];
    paths.add(file);
    return [];
  };
  const errors = fileMode(projected.defaultMode, path.child('defaultMode'));
  for (const [index, source] of (projected.sources ?? []).entries()) {
    const place = path.child('sources').index(index);
    if (source.secret) errors.push(...validateKeys(source.secret, place.child('secret'), claim));
    if (source.configMap) errors.push(...validateKeys(source.configMap, place.child('configMap'), claim));
    for (const file of source.downwardAPI?.items ?? []) {
      errors.push(...validateDownwardFile(file, place.child('downwardAPI')));
      errors.push(...claim(file.path ?? '', file.path ?? ''));
    }
    if (source.serviceAccountToken) {
      errors.push(...validateToken(source.serviceAccountToken, place.child('serviceAccountToken'), path));
    }
    if (Object.keys(source).length > 1) {
      errors.push(field.forbidden(place, 'may not specify more than 1 volume type per source'));
    }
  }
  return errors;
}

function validateKeys(
  { name = '', items = [] }: KeySource,
  path: Path,
  claim: (file: string, shown: string) => FieldError[],
): FieldError[] {
  return [
    ...required(name, path.child('name')),
    ...items.flatMap((item, index) => [
      ...validateKeyToPath(item, path.child('items').index(index)),
      ...claim(item.path ?? '', name),
    ]),
  ];
}

function validateToken(
  { expirationSeconds = 0, path: file = '' }: NonNullable<ProjectedSource['serviceAccountToken']>,
  path: Path,
  volumePath: Path,
): FieldError[] {
  const errors: FieldError[] = [];
  const place = path.child('expirationSeconds');
  if (expirationSeconds < tokenSecondsMin) {
    errors.push(field.invalid(place, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  }
  if (expirationSeconds > tokenSecondsMax) {
    errors.push(field.invalid(place, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  if (file === '') errors.push(field.required(volumePath.child('path'), ''));
  else errors.push(...unreservedPath(file, volumePath.child('path')));
  return errors;
}
