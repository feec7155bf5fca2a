import { equalJson } from '../../../../api/json.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource, type Column } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';
import { validateCsiDriver, validateCsiDriverUpdate } from './csi-validation.ts';

interface CsiDriver {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly attachRequired?: boolean;
    readonly podInfoOnMount?: boolean;
    readonly storageCapacity?: boolean;
    readonly requiresRepublish?: boolean;
    readonly volumeLifecycleModes?: readonly string[];
    readonly tokenRequests?: readonly { readonly audience?: string; readonly expirationSeconds?: number }[];
    readonly serviceAccountTokenInSecrets?: boolean;
  };
}

const tokensText =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

/** Mirrors pkg/registry/storage/csidriver. */
export const csidrivers = defineResource({
  group: 'storage.k8s.io',
  resource: 'csidrivers',
  strategy: {
    validate: validateCsiDriver,
    validateUpdate: validateCsiDriverUpdate,
    warnings(driver, old) {
      const { tokenRequests = [], serviceAccountTokenInSecrets } = viewAs<CsiDriver>(driver).spec ?? {};
      const before = (old && viewAs<CsiDriver>(old).spec?.tokenRequests) ?? [];
      const asks = tokenRequests.length > 0 && !equalJson([...tokenRequests], [...before]);
      return asks && serviceAccountTokenInSecrets === undefined ? [tokensText] : [];
    },
    prepareForUpdate(driver, old) {
      // The generation is kept from the first change on, not from creation.
      if (!equalJson(jsonOf(driver)['spec'], jsonOf(old)['spec'])) {
        driver.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
    },
  },
  table: namedTable(
    [
      flag('AttachRequired'),
      flag('PodInfoOnMount'),
      flag('StorageCapacity'),
      textColumn('TokenRequests'),
      flag('RequiresRepublish'),
      textColumn('Modes'),
    ],
    (object) => {
      const spec = viewAs<CsiDriver>(object).spec ?? {};
      const modes = (spec.volumeLifecycleModes ?? []).join(',');
      return [
        spec.attachRequired ?? true,
        spec.podInfoOnMount ?? false,
        spec.storageCapacity ?? false,
        spec.tokenRequests ? spec.tokenRequests.map(({ audience = '' }) => audience).join(',') : '<unset>',
        spec.requiresRepublish ?? false,
        modes === '' ? '<none>' : modes,
      ];
    },
  ),
});

function flag(name: string): Column {
  return { name, type: 'boolean' };
}
