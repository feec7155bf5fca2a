import { isJsonObject } from '../../api/json.ts';
import { imageWithStatus } from '../../translate/mirrors/image.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';
import { withHostStatus } from '../host-status.ts';

/** What a class's controller is told besides is the host's. */
export const gatewayclasses = defineMirroredKind({
  gvr: { group: 'gateway.networking.k8s.io', version: 'v1', resource: 'gatewayclasses' },
  kind: 'GatewayClass',
  isDefined: true,
  image: (source) => {
    const image = imageWithStatus(source);
    const { spec = null } = image.fields;
    if (!isJsonObject(spec)) return image;
    const { parametersRef: _, ...shown } = spec;
    return { ...image, fields: { ...image.fields, spec: shown } };
  },
  withStatus: withHostStatus,
});
