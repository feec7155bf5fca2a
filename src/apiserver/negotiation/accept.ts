/** The `Accept` header. Mirrors goautoneg ParseAccept and apiserver endpoints/handlers/negotiation. */

export interface AcceptClause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A media type that can be written. */
export type Media = 'json' | 'yaml' | 'protobuf';

export const mediaTypes: Readonly<Record<Media, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

/** What the client asks to be turned into: `as=Table;v=v1;g=meta.k8s.io`. */
export interface Conversion {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
}

export interface Accepted {
  readonly media: Media;
  readonly conversion: Conversion | undefined;
  readonly pretty: boolean;
  /** Of aggregated discovery. */
  readonly profile: string;
}

/** More clauses than any client sends are not looked at. */
const clausesMax = 64;

/** Best first; a wildcard comes after what is named. */
export function parseAccept(header: string): AcceptClause[] {
  return header
    .split(',', clausesMax)
    .map(parseClause)
    .filter((clause) => clause !== undefined)
    .sort(
      (left, right) =>
        right.quality - left.quality ||
        Number(left.type === '*') - Number(right.type === '*') ||
        Number(left.subtype === '*') - Number(right.subtype === '*'),
    );
}

/**
 * The best of `offered` (in the order of preference) that the client takes. `allows`: whether the endpoint can give such a form.
 * `undefined`: none.
 */
export function negotiate(
  header: string | undefined,
  offered: readonly Media[],
  allows: (media: Media, conversion: Conversion | undefined) => boolean,
): Accepted | undefined {
  if (header === undefined || header === '') {
    const [media] = offered;
    return media === undefined ? undefined : { media, conversion: undefined, pretty: false, profile: '' };
  }
  for (const clause of parseAccept(header)) {
    for (const media of offered) {
      if (!matches(clause, mediaTypes[media])) continue;
      const accepted = acceptedBy(clause, media);
      if (accepted && allows(media, accepted.conversion)) return accepted;
    }
  }
  return undefined;
}

function parseClause(text: string): AcceptClause | undefined {
  const [mediaRange = '', ...rest] = text.split(';');
  const range = mediaRange.trim();
  if (range === '') return undefined;
  const slash = range.indexOf('/');
  const parameters: Record<string, string> = {};
  let quality = 1;
  for (const parameter of rest) {
    const equals = parameter.indexOf('=');
    const name = (equals < 0 ? parameter : parameter.slice(0, equals)).trim();
    const value = equals < 0 ? '' : parameter.slice(equals + 1).trim();
    if (name === 'q') quality = qualityOf(value);
    else if (name !== '') Object.defineProperty(parameters, name, { value, enumerable: true, configurable: true });
  }
  // Java's URLConnection sends a lone `*`.
  const type = slash < 0 ? range : range.slice(0, slash).trim();
  const subtype = slash < 0 ? (range === '*' ? '*' : '') : range.slice(slash + 1).trim();
  return { type, subtype, quality, parameters };
}

function qualityOf(text: string): number {
  const quality = Number(text);
  return text === '' || Number.isNaN(quality) ? 1 : quality;
}

function matches({ type, subtype }: AcceptClause, mediaType: string): boolean {
  if (type === '*') return subtype === '*';
  const slash = mediaType.indexOf('/');
  return type === mediaType.slice(0, slash) && (subtype === '*' || subtype === mediaType.slice(slash + 1));
}

function acceptedBy({ parameters }: AcceptClause, media: Media): Accepted | undefined {
  const { as, g, v, stream, sv, pretty, profile } = parameters;
  if (stream !== undefined && stream !== '' && (stream !== 'watch' || media === 'yaml')) return undefined;
  if (sv !== undefined && sv !== '' && sv !== 'v1') return undefined;
  const converts = as !== undefined || g !== undefined || v !== undefined;
  return {
    media,
    conversion: converts ? { kind: as ?? '', group: g ?? '', version: v ?? '' } : undefined,
    pretty: pretty === '1',
    profile: profile ?? '',
  };
}
