/** The `/scale` of any kind. Mirrors client-go's scale client, and the rest mapper that finds a kind's resources. */
import { goQuote } from '../../api/go-text.ts';
import { parseApiVersion, type GroupVersionResource } from '../../api/gvk.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectAt, textAt } from '../../api/json-fields.ts';
import { SelectorError, type LabelRequirements } from '../../api/label-requirement.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import { StatusError } from '../../api/status.ts';
import type { Client } from '../../client/client.ts';
import { resourcePath } from '../../client/resource-path.ts';
import { discoverResources, type ServedResource } from '../../controller/discovery.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ObjectReference } from './autoscaler.ts';
import { requestErrorText } from './error-text.ts';
import { boundedInt32 } from './int32.ts';
import { parseTargetSelector } from './target-selector.ts';

/** A target that can't be had or scaled; the message is upstream's, and stands in Events and conditions. */
export class ScaleError extends Error {
  override readonly name = 'ScaleError';
}

export interface Scale {
  readonly gvr: GroupVersionResource;
  readonly replicas: number;
  readonly statusReplicas: number;
  /** Undefined: it has none. */
  readonly selector: LabelRequirements | undefined;
  /** As it was read. */
  readonly object: KubeObject;
}

/** How long what is served counts as known: kube-controller-manager's own interval. */
const discoveryMs = 30_000;
/** As often is a scale written that others write as well. Mirrors client-go util/retry DefaultRetry. */
const triesMax = 5;

export class ScaleTargets<S extends Side> {
  readonly #client: Client<S>;
  readonly #clock: Clock;
  #known: { readonly at: number; readonly resources: readonly ServedResource[] } | undefined;

  constructor(client: Client<S>, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** @throws ScaleError */
  async get(namespace: string, { apiVersion = '', kind, name }: ObjectReference): Promise<Scale> {
    const version = apiVersion === '/' ? { group: '' } : parseApiVersion(apiVersion);
    if (!version) throw new ScaleError(`unexpected GroupVersion string: ${apiVersion}`);
    const resources = await this.resourcesOfKind(version.group, kind);
    if (resources.length === 0) {
      throw new ScaleError(`no matches for kind ${goQuote(kind)} in group ${goQuote(version.group)}`);
    }
    let first: ScaleError | undefined;
    for (const gvr of resources) {
      try {
        return await this.#read(gvr, namespace, name);
      } catch (error) {
        if (!(error instanceof ScaleError)) throw error;
        first ??= error;
      }
    }
    throw first ?? new ScaleError('unrecognized resource');
  }

  /** @throws ScaleError when it can't be written, or others write it all the time */
  async set({ gvr, object }: Scale, namespace: string, name: string, replicas: number): Promise<void> {
    let latest = object;
    for (let tries = 1; ; tries++) {
      const spec = { ...(latest['spec'] as JsonObject | undefined), replicas };
      try {
        await this.#client.resource(gvr, namespace).update({ ...latest, spec }, { subresource: 'scale' });
        return;
      } catch (error) {
        const conflict = error instanceof StatusError && error.status.reason === 'Conflict';
        if (!conflict || tries >= triesMax) throw new ScaleError(errorText(error, 'put', gvr), { cause: error });
      }
      latest = (await this.#read(gvr, namespace, name)).object;
    }
  }

  /** None: there is no such kind. Rejects when the server can't say. */
  async resourcesOfKind(group: string, kind: string): Promise<readonly GroupVersionResource[]> {
    const now = this.#clock.monotonic();
    let known = this.#known;
    const fresh = known === undefined || now - known.at >= discoveryMs;
    if (known === undefined || fresh) known = await this.#discover(now);
    const found = ofKind(known.resources, group, kind);
    // It may have come since.
    if (found.length > 0 || fresh) return found;
    return ofKind((await this.#discover(now)).resources, group, kind);
  }

  async #discover(at: number): Promise<{ readonly at: number; readonly resources: readonly ServedResource[] }> {
    try {
      const { resources } = await discoverResources(this.#client);
      this.#known = { at, resources };
      return this.#known;
    } catch (error) {
      throw new ScaleError(requestErrorText(error, 'get', { group: '', resource: '' }), { cause: error });
    }
  }

  async #read(gvr: GroupVersionResource, namespace: string, name: string): Promise<Scale> {
    try {
      const object = await this.#client.getPath(resourcePath(gvr, namespace, name, 'scale'));
      if (!isJsonObject(object)) throw new ScaleError('the scale is no object');
      const status = objectAt(object, 'status');
      return {
        gvr,
        replicas: countAt(objectAt(object, 'spec')),
        statusReplicas: countAt(status),
        selector: selectorOf(textAt(status, 'selector')),
        // The door where JSON from the wire becomes an object.
        object: object as unknown as KubeObject,
      };
    } catch (error) {
      if (error instanceof ScaleError) throw error;
      throw new ScaleError(errorText(error, 'get', gvr), { cause: error });
    }
  }
}

/** @throws ScaleError */
function selectorOf(text: string): LabelRequirements | undefined {
  if (text === '') return undefined;
  try {
    return parseTargetSelector(text);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    const what = 'received an object from a /scale endpoint which was not convertible to autoscaling Scale';
    throw new ScaleError(`${what}: failed to parse target selector: ${error.message}`, { cause: error });
  }
}

function ofKind(resources: readonly ServedResource[], group: string, kind: string): readonly GroupVersionResource[] {
  return resources
    .filter((one) => one.gvr.group === group && (one.kind === kind || one.kind.toLowerCase() === kind))
    .map(({ gvr }) => gvr);
}

/** The scale client knows no group. */
function errorText(error: unknown, verb: string, { resource }: GroupVersionResource): string {
  return requestErrorText(error, verb, { group: '', resource });
}

function countAt(object: JsonObject | undefined): number {
  const replicas = object?.['replicas'];
  return typeof replicas === 'number' ? boundedInt32(replicas) : 0;
}
