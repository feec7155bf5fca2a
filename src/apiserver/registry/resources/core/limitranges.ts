import { defineResource } from '../../resource-definition.ts';
import { validateLimitRange } from './limitrange-validation.ts';

export const limitranges = defineResource({
  group: '',
  resource: 'limitranges',
  strategy: { validate: validateLimitRange, validateUpdate: validateLimitRange },
});
