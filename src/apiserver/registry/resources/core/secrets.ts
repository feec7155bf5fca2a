import { Buffer } from 'node:buffer';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { ensureObject, objectAt, textAt } from '../../../../api/json-fields.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';
import { validateSecret, validateSecretUpdate } from './keyed-data.ts';

interface Secret {
  readonly metadata: ObjectMeta;
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** Mirrors pkg/registry/core/secret. */
export const secrets = defineResource({
  group: '',
  resource: 'secrets',
  settle: mergeStringData,
  strategy: {
    prepareForCreate: mergeStringData,
    validate: validateSecret,
    validateUpdate: validateSecretUpdate,
    prepareForUpdate(secret, old) {
      mergeStringData(secret);
      if (textAt(jsonOf(secret), 'type') === '') secret['type'] = textAt(jsonOf(old), 'type');
    },
  },
  table: namedTable([textColumn('Type'), textColumn('Data')], (object) => {
    const { type = '', data = {} } = viewAs<Secret>(object);
    return [type, Object.keys(data).length];
  }),
  selectableFields: (object) => ({ type: viewAs<Secret>(object).type ?? '' }),
});

/** `stringData` overwrites `data`, and is never stored. May mutate. */
function mergeStringData(secret: KubeObject): void {
  const texts = objectAt(jsonOf(secret), 'stringData');
  delete secret['stringData'];
  if (!texts || Object.keys(texts).length === 0) return;
  const data = ensureObject(jsonOf(secret), 'data');
  for (const [key, text] of Object.entries(texts)) {
    if (typeof text === 'string') data[key] = Buffer.from(text).toString('base64');
  }
}
