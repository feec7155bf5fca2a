/** Does a sequence on both servers, and says where their answers or what is stored differ. */
import type { Answer } from '../answer.ts';
import { get, type Call, type Json } from '../case.ts';
import { comparable, jsonOf, type Comparable } from '../comparable.ts';
import { differences, type Asked } from '../differences.ts';
import type { Pair } from '../pair.ts';
import type { Side } from '../side.ts';
import type { Fields } from './fragments.ts';
import type { Sequence, Step } from './sequence.ts';

/** Empty: none. Stops at the first step that differs: what comes after follows from it. */
export async function runSequence(
  { sublet, upstream }: Pair,
  sequence: Sequence,
  namespace: string,
): Promise<string[]> {
  const ours = new SequenceRun(sublet, sequence, namespace);
  const theirs = new SequenceRun(upstream, sequence, namespace);
  for (const [index, step] of sequence.steps.entries()) {
    // Of what isn't there, upstream's strategies of some subresources make half an object.
    if (isSubresource(step) && !ours.exists && !theirs.exists) continue;
    const [left, right] = await Promise.all([ours.do(step), theirs.do(step)]);
    if (right.some(({ answer }) => isNullLeftOver(answer))) return [];
    const found = differences(left, right);
    if (found.length > 0)
      return [`step ${index + 1} of ${sequence.steps.length}, ${sequence.kind.name}`, ...found, ...theirs.told];
  }
  return [];
}

/** Upstream refuses a custom object of which its own pruning has made nulls; ours drops them. What comes after can't be compared. */
function isNullLeftOver({ status, body }: Comparable): boolean {
  const message = isFields(body) ? body['message'] : undefined;
  return status === 422 && typeof message === 'string' && /in body must be of type \w+: \\?"null/.test(message);
}

const isSubresource = ({ path }: Step): boolean => (path.split('?')[0] ?? '').split('/').length > 2;

const types = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

class SequenceRun {
  readonly told: string[] = [];
  exists = false;
  readonly #side: Side;
  readonly #sequence: Sequence;
  readonly #namespace: string;
  #version = '';

  constructor(side: Side, sequence: Sequence, namespace: string) {
    this.#side = side;
    this.#sequence = sequence;
    this.#namespace = namespace;
  }

  async do(step: Step): Promise<Asked[]> {
    const { kind, name } = this.#sequence;
    const current =
      step.method === 'PUT' ? await this.#read(kind.apiVersion, step.path.split('?')[0] ?? '') : undefined;
    const body = step.body(current);
    const version = kind.otherVersions?.find(({ apiVersion }) => isFields(body) && body['apiVersion'] === apiVersion);
    const path = this.#path(version?.apiVersion ?? kind.apiVersion, step.path);
    const call: Call = {
      method: step.method,
      path,
      ...(body === null ? {} : { body }),
      ...(step.form === undefined ? {} : { type: types[step.form] }),
      headers: { 'user-agent': step.userAgent ?? 'm2/2.0' },
    };
    const text = JSON.stringify(body);
    this.told.push(
      `${step.method} ${step.path} ${step.form ?? ''} ${text.length > 900 ? `${text.slice(0, 900)}…` : text}`,
    );
    const answer = named(await this.#side.ask(call, new Map()));
    const stored = get(this.#path(kind.apiVersion, `${kind.path}/${name}`));
    const after = named(await this.#side.ask(stored, new Map()));
    this.exists = after.status === 200;
    const versionNow = versionOf(jsonOf(after));
    // Empty lists that are applied to custom objects upstream stores as they are, and away they go with the next write of anything.
    const isComparable = !kind.isCustom;
    const changed = versionNow === this.#version ? 'nothing was written' : 'something was written';
    this.#version = versionNow;
    return [
      { request: `${step.method} ${path}`, answer: inOrder(comparable(answer), jsonOf(answer)) },
      { request: 'the object after it', answer: inOrder(comparable(after), jsonOf(after)) },
      { request: 'whether it was written', answer: { status: 0, headers: {}, body: isComparable ? changed : '' } },
    ];
  }

  async #read(apiVersion: string, path: string): Promise<Fields | undefined> {
    const answer = await this.#side.ask(get(this.#path(apiVersion, path)), new Map());
    const object = jsonOf(answer);
    return answer.status === 200 && isFields(object) ? object : undefined;
  }

  #path(apiVersion: string, path: string): string {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return `${root}/namespaces/${this.#namespace}/${path}`;
  }
}

/** Random names are parts of keys, too. */
function named(answer: Answer): Answer {
  const text = answer.body.toString().replaceAll(/kube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-xxxxx');
  return { ...answer, body: Buffer.from(text) };
}

/**
 * The order of FieldsV1 counts; that of causes, and of what is wrong with a configuration, is Go's of a map. Warnings are about what is in
 * pods, not about who put it there.
 */
function inOrder(given: Comparable, raw: Json | undefined): Comparable {
  const { warning: _, ...headers } = given.headers;
  const answer = { ...given, headers };
  const { body } = answer;
  if (!isFields(body)) return answer;
  if (typeof body['message'] === 'string') {
    const message = body['message'].split('\n').toSorted().join('\n');
    return { ...answer, body: withCausesInOrder({ ...body, message }) };
  }
  const meta = isFields(raw) ? raw['metadata'] : undefined;
  const managers = isFields(meta) ? meta['managedFields'] : undefined;
  if (!isList(managers)) return answer;
  const orders = managers.map((entry) => JSON.stringify(isFields(entry) ? entry['fieldsV1'] : null)).toSorted();
  return { ...answer, body: { ...body, 'the order of fields': orders } };
}

function withCausesInOrder(status: Fields): Fields {
  const details = status['details'];
  if (!isFields(details) || !isList(details['causes'])) return status;
  // Upstream sometimes looks at metadata twice.
  const causes = [...new Set(details['causes'].map((cause) => JSON.stringify(cause)))].toSorted();
  return { ...status, details: { ...details, causes } };
}

function versionOf(object: Json | undefined): string {
  const meta = isFields(object) ? object['metadata'] : undefined;
  const version = isFields(meta) ? meta['resourceVersion'] : undefined;
  return typeof version === 'string' ? version : '';
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
