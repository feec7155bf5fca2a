import { isJsonObject } from '../../api/json.ts';
import { plainImage } from '../../translate/mirrors/image.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

/** Which drivers a node has, and for how many volumes; not what their makers call the machine. */
export const csinodes = defineMirroredKind({
  gvr: { group: 'storage.k8s.io', version: 'v1', resource: 'csinodes' },
  kind: 'CSINode',
  image: (source) => {
    const image = plainImage(source);
    const { spec = null } = image.fields;
    const drivers = isJsonObject(spec) && Array.isArray(spec['drivers']) ? spec['drivers'] : [];
    const shown = drivers.map((driver) => (isJsonObject(driver) ? { ...driver, nodeID: image.name } : driver));
    return { ...image, annotations: {}, fields: { spec: { drivers: shown } } };
  },
});
