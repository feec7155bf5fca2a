/** Mirrors ValidateCSIDriverName, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { dns1123Subdomain } from '../../../../../api/names.ts';
import { messages } from '../../checks.ts';

const bytesMax = 63;

export function validateDriverName(driver: string, path: Path): FieldError[] {
  if (driver === '') return [field.required(path, '')];
  return [
    ...(driver.length > bytesMax ? [field.tooLong(path, bytesMax)] : []),
    ...messages(path, driver, dns1123Subdomain(driver.toLowerCase())),
  ];
}
