/**
 * Mirrors pkg/apis/resource/v1/defaults.go. One is missing: a DeviceTaint's `timeAdded` is the time of the request, which defaults
 * can't know; the strategy of resource slices sets it.
 */
import { isJsonObject, type JsonObject } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { objectAt } from '../../../api/json-fields.ts';
import { setIfEmpty, setIfNil } from './go-fields.ts';

export const resourceDefaults: TypeDefaults = {
  'io.k8s.api.resource.v1.ExactDeviceRequest': defaultRequest,
  'io.k8s.api.resource.v1.DeviceSubRequest': defaultRequest,
  'io.k8s.api.resource.v1.Device': (device) => {
    for (const mapping of Object.values(objectAt(device, 'nodeAllocatableResourceMappings') ?? {})) {
      if (isJsonObject(mapping)) setIfNil(mapping, 'allocationMultiplier', '1');
    }
  },
};

function defaultRequest(request: JsonObject): void {
  setIfEmpty(request, 'allocationMode', 'ExactCount');
  if (request['allocationMode'] === 'ExactCount') setIfEmpty(request, 'count', 1);
}
