/** Mirrors apiextensions/v1 and kube-aggregator apiregistration/v1 defaults.go. */
import type { TypeDefaults } from '../../default.ts';
import { objectsAt, ensureObject } from '../../../api/json-fields.ts';
import { isEmptyAt, setIfEmpty, setIfNil } from './go-fields.ts';

export const apiextensionsDefaults: TypeDefaults = {
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition': (definition) => {
    const spec = ensureObject(definition, 'spec');
    const status = ensureObject(definition, 'status');
    if (!isEmptyAt(status, 'storedVersions')) return;
    const stored = objectsAt(spec, 'versions').find((version) => version['storage'] === true)?.['name'];
    if (typeof stored === 'string') status['storedVersions'] = [stored];
  },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec': (spec) => {
    const names = ensureObject(spec, 'names');
    const { kind } = names;
    if (typeof kind === 'string' && kind !== '') {
      setIfEmpty(names, 'singular', kind.toLowerCase());
      setIfEmpty(names, 'listKind', `${kind}List`);
    }
    setIfNil(spec, 'conversion', { strategy: 'None' });
  },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference': (reference) =>
    setIfNil(reference, 'port', 443),
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference': (reference) =>
    setIfNil(reference, 'port', 443),
};
