/** Bad input: upstream's own error for each, and the server goes on. */
import { authentication } from './cases/authentication.ts';
import { bodies } from './cases/bodies.ts';
import { fieldTypes } from './cases/field-types.ts';
import { fieldValidation } from './cases/field-validation.ts';
import { identity } from './cases/identity.ts';
import { listOptions } from './cases/list-options.ts';
import { metadata, sizes } from './cases/metadata.ts';
import { names } from './cases/names.ts';
import { negotiation } from './cases/negotiation.ts';
import { urls } from './cases/urls.ts';
import { runCases } from './run-cases.ts';

runCases([
  bodies,
  fieldTypes,
  fieldValidation,
  identity,
  names,
  metadata,
  sizes,
  negotiation,
  listOptions,
  urls,
  authentication,
]);
