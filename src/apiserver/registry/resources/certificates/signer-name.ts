/** Mirrors core validation's ValidateSignerName. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, FieldPath } from '../../../../api/field-error.ts';
import { goQuote } from '../../../../api/go-text.ts';
import { dns1123Label, dns1123Subdomain } from '../../../../api/names.ts';

const domainLengthMax = 253;
const nameLengthMax = 571;

export function validateSignerName(name: string, path: FieldPath): FieldError[] {
  if (name === '') return [field.required(path, '')];
  const [domain = '', signer = '', ...rest] = name.split('/');
  if (rest.length > 0 || !name.includes('/')) {
    return [
      field.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"),
    ];
  }
  const labels = domain.split('.');
  return [
    ...(domain.length > domainLengthMax ? [field.tooLong(path, domainLengthMax)] : []),
    ...firstLabelErrors(labels, domain, path, dns1123Label),
    ...(labels.length < 2
      ? [field.invalid(path, domain, 'should be a domain with at least two segments separated by dots')]
      : []),
    ...firstLabelErrors(signer.split('.'), signer, path, dns1123Subdomain),
    ...(name.length > nameLengthMax ? [field.tooLong(path, nameLengthMax)] : []),
  ];
}

/** Of the first label that is wrong. */
function firstLabelErrors(
  labels: readonly string[],
  value: string,
  path: FieldPath,
  rule: (label: string) => readonly string[],
): FieldError[] {
  const wrong = labels.find((label) => rule(label).length > 0);
  if (wrong === undefined) return [];
  return rule(wrong).map((text) => field.invalid(path, value, `validating label ${goQuote(wrong)}: ${text}`));
}
