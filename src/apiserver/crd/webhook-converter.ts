/**
 * Converts by asking the definition's webhook. Mirrors apiextensions-apiserver pkg/apiserver/conversion/webhook_converter.go: a webhook may
 * change anything but kind, name, namespace and UID; of metadata only labels and annotations are taken.
 */
import { parseJsonBytes } from '../../api/codec/parse-json.ts';
import { goQuote, goTypeText } from '../../api/go-text.ts';
import { fieldErrorsText, path } from '../../api/field-error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { objectAt, textAt } from '../../api/json-fields.ts';
import { validateLabels } from '../../api/label-selector.ts';
import { failure } from '../../api/status.ts';
import type { Random } from '../../lib/random.ts';
import { copyValue } from '../../schema/structural/copy-value.ts';
import { validateAnnotations } from '../registry/object-metadata.ts';
import type { Converter } from './converter.ts';
import type { Conversion, WebhookClientConfig } from './definition.ts';

/** Posts a review; gives the answer's body. Rejects with an Error in upstream's words. */
export type PostReview = (client: WebhookClientConfig, body: Uint8Array) => Promise<Uint8Array>;

type Webhook = Extract<Conversion, { strategy: 'Webhook' }>;

const reviewGroup = 'apiextensions.k8s.io';

export function webhookConverter(webhook: Webhook, post: PostReview, random: Random): Converter {
  return {
    async convert(objects, apiVersion) {
      const [first] = objects;
      if (!first) return objects;
      const fail = (text: string): Error => failure(500, '', `conversion webhook for ${kindText(first)} ${text}`);
      const version = webhook.reviewVersions.find((one) => one === 'v1' || one === 'v1beta1');
      if (version === undefined) throw failure(500, '', 'no supported conversion review versions');
      const uid = random.uuid();
      const review = {
        kind: 'ConversionReview',
        apiVersion: `${reviewGroup}/${version}`,
        request: { uid, desiredAPIVersion: apiVersion, objects },
      };
      let converted: readonly JsonValue[];
      try {
        const answer = await post(webhook.client, Buffer.from(JSON.stringify(review)));
        converted = objectsOf(parsed(answer), version, uid);
      } catch (error) {
        if (error instanceof ReviewError) throw fail(`failed: ${error.message}`);
        throw error;
      }
      if (converted.length !== objects.length) {
        throw fail(`returned ${converted.length} objects, expected ${objects.length}`);
      }
      return objects.map((original, index) => {
        const single = objects.length === 1;
        const where = single ? 'invalid object' : `invalid converted object at index ${index}`;
        const problem = (text: string): Error => fail(`returned ${where}: ${text}`);
        return checked(original, converted[index] ?? null, apiVersion, problem);
      });
    },
  };
}

/** What went wrong with the webhook, in upstream's words. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
}

function parsed(answer: Uint8Array): JsonObject {
  try {
    const value = parseJsonBytes(answer);
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw new ReviewError(`couldn't get version/kind; json parse error: ${String(error)}`, { cause: error });
  }
  throw new ReviewError("couldn't get version/kind; json parse error: json: cannot unmarshal into Go value");
}

function objectsOf(review: JsonObject, version: string, uid: string): readonly JsonValue[] {
  const response = objectAt(review, 'response');
  if (version === 'v1') {
    const expected = `${reviewGroup}/v1, Kind=ConversionReview`;
    if (kindText(review) !== expected) {
      throw new ReviewError(`expected webhook response of ${expected}, got ${kindText(review)}`);
    }
    if (!response) throw new ReviewError('no response provided');
    const found = textAt(response, 'uid');
    if (found !== uid) throw new ReviewError(`expected response.uid=${goQuote(uid)}, got ${goQuote(found)}`);
  }
  if (!response) throw new ReviewError('no response provided');
  const result = objectAt(response, 'result');
  const status = textAt(result, 'status');
  if (status !== 'Success') {
    const message = textAt(result, 'message');
    throw new ReviewError(message === '' ? `response.result.status was '${status}', not 'Success'` : message);
  }
  const { convertedObjects } = response;
  return Array.isArray(convertedObjects) ? convertedObjects : [];
}

function checked(
  original: JsonObject,
  converted: JsonValue,
  apiVersion: string,
  problem: (text: string) => Error,
): JsonObject {
  if (!isJsonObject(converted)) throw problem(`Object 'Kind' is missing in '${JSON.stringify(converted)}'`);
  const found = textAt(converted, 'apiVersion');
  if (found !== apiVersion) throw problem(`invalid groupVersion (expected ${apiVersion}, received ${found})`);
  const [kind, foundKind] = [textAt(original, 'kind'), textAt(converted, 'kind')];
  if (kind !== foundKind) throw problem(`invalid kind (expected ${kind}, received ${foundKind})`);
  const [before, after] = [objectAt(original, 'metadata'), objectAt(converted, 'metadata')];
  for (const [name, title] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [expected, got] = [textAt(before, name), textAt(after, name)];
    if (expected !== got) throw problem(`must have the same ${title}: ${expected} != ${got}`);
  }
  return { ...converted, metadata: restored(before ?? {}, converted['metadata'], problem) };
}

/** The original's metadata, with the labels and annotations that the webhook gave. */
function restored(original: JsonObject, given: JsonValue | undefined, problem: (text: string) => Error): JsonObject {
  if (given === undefined) throw problem('missing metadata in converted object');
  if (!isJsonObject(given)) throw problem(`invalid metadata of type ${goTypeText(given)} in converted object`);
  const metadata = copyValue(original) as JsonObject;
  for (const name of ['labels', 'annotations'] as const) {
    const values = given[name];
    if (values === undefined || values === null) {
      delete metadata[name];
      continue;
    }
    if (!isJsonObject(values)) {
      throw problem(`invalid metadata.${name} of type ${goTypeText(values)} in converted object`);
    }
    for (const [key, value] of Object.entries(values)) {
      if (typeof value === 'string') continue;
      const type = goTypeText(value);
      throw problem(`metadata.${name}[${key}] must be a string, but is ${type} in converted object`);
    }
    const texts = values as Record<string, string>;
    const errors =
      name === 'labels'
        ? validateLabels(texts, path('metadata', 'labels'))
        : validateAnnotations(texts, path('metadata', 'annotation'));
    if (errors.length > 0) throw problem(fieldErrorsText(errors));
    metadata[name] = values;
  }
  return metadata;
}

/** `example.com/v1, Kind=Thing` */
function kindText(object: JsonObject): string {
  return `${textAt(object, 'apiVersion')}, Kind=${textAt(object, 'kind')}`;
}
