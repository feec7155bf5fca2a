import { equalJson, type JsonValue } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import type { Image } from '../translate/mirrors/image.ts';
import type { MirroredKind } from './mirrored-kind.ts';

/** The mirror with the host's status; `current` itself when it has that, or there is none. */
export function withHostStatus(current: On<'tenant', KubeObject>, { status }: Image): On<'tenant', KubeObject> {
  // Plain JSON; only `metadata` is an ObjectMeta.
  if (status === undefined || equalJson((current['status'] ?? null) as JsonValue, status)) return current;
  return { ...current, status };
}

/** Of a kind whose status isn't written apart: it is a field like others. */
export function withStatusAsField(given: MirroredKind): MirroredKind {
  const { withStatus: _, ...kind } = given;
  return {
    ...kind,
    image(source, hidden) {
      const image = kind.image(source, hidden);
      if (image?.status === undefined) return image;
      const { status, ...rest } = image;
      return { ...rest, fields: { ...rest.fields, status } };
    },
  };
}
