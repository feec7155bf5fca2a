/** What a client is told of conflicts. Mirrors apimachinery util/managedfields/internal conflict.go. */
import { goQuote } from '../../../api/go-text.ts';
import { newApplyConflict, type StatusError } from '../../../api/status.ts';
import { pathText } from '../../../patch/apply/field-set.ts';
import type { Conflict } from '../../../patch/apply/managers.ts';
import { compareText } from '../../../patch/apply/path-element.ts';
import { managerIdentity } from './entry.ts';

export function applyConflict(conflicts: readonly Conflict[]): StatusError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(manager)}`,
    field: pathText(path),
  }));
  return newApplyConflict(causes, message(conflicts));
}

function message(conflicts: readonly Conflict[]): string {
  const [first, second] = conflicts;
  if (first && !second) {
    return `Apply failed with 1 conflict: conflict with ${managerText(first.manager)}: ${pathText(first.path)}`;
  }
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].sort(compareText);
  const lines = managers.flatMap((manager) => [
    `conflicts with ${managerText(manager)}:`,
    ...conflicts.filter((conflict) => conflict.manager === manager).map(({ path }) => `- ${pathText(path)}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function managerText(identifier: string): string {
  const { manager, operation, apiVersion, subresource } = managerIdentity(identifier);
  const name = subresource === '' ? goQuote(manager) : `${goQuote(manager)} with subresource ${goQuote(subresource)}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
