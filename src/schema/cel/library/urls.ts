/** `url('https://…').getHost()`. Mirrors apiserver pkg/cel/library/urls.go. */
import { boolType, listType, mapType, stringType, structType } from '../cel-type.ts';
import { global, member, type FunctionDeclaration, type Library } from '../declaration.ts';
import { ArrayList, CelError, HashMap, noSuchOverload, OpaqueValue, type Value } from '../value.ts';
import { checkRequestUri, hostname, parseQuery, parseUrl, port, UrlError, type Url } from './url.ts';

const urlType = structType('kubernetes.URL');

class UrlValue extends OpaqueValue {
  readonly type = urlType;
  readonly url: Url;

  constructor(url: Url) {
    super();
    this.url = url;
  }

  equalTo(other: Value): boolean | CelError {
    return other instanceof UrlValue ? this.url.text === other.url.text : noSuchOverload;
  }
}

export const urlsLibrary = (): Library => ({
  functions: [
    { name: 'url', overloads: [global('string_to_url', [stringType], urlType, toUrl)] },
    {
      name: 'isURL',
      overloads: [
        global('is_url_string', [stringType], boolType, (text = null) => {
          if (typeof text !== 'string') return noSuchOverload;
          return uriFailure(text) === undefined;
        }),
      ],
    },
    part('getScheme', 'url_get_scheme', ({ scheme }) => scheme),
    part('getHost', 'url_get_host', ({ host }) => host),
    part('getHostname', 'url_get_hostname', hostname),
    part('getPort', 'url_get_port', port),
    part('getEscapedPath', 'url_get_escaped_path', ({ escapedPath }) => escapedPath),
    {
      name: 'getQuery',
      overloads: [member('url_get_query', [urlType], mapType(stringType, listType(stringType)), query)],
    },
  ],
});

/** What Go says of a text that is no URI of a request. */
export function uriFailure(text: string): string | undefined {
  try {
    checkRequestUri(text);
    return undefined;
  } catch (error) {
    if (error instanceof UrlError) return error.message;
    throw error;
  }
}

function part(name: string, id: string, read: (url: Url) => string): FunctionDeclaration {
  const overload = member(id, [urlType], stringType, (value) =>
    value instanceof UrlValue ? read(value.url) : noSuchOverload,
  );
  return { name, overloads: [overload] };
}

function toUrl(text: Value = null): Value {
  if (typeof text !== 'string') return noSuchOverload;
  const head = 'URL parse error during conversion from string';
  const failure = uriFailure(text);
  if (failure !== undefined) return new CelError(`${head}: ${failure}`);
  try {
    return new UrlValue(parseUrl(text));
  } catch (error) {
    if (error instanceof UrlError) return new CelError(`${head}: ${error.message}`);
    throw error;
  }
}

function query(value: Value = null): Value {
  if (!(value instanceof UrlValue)) return noSuchOverload;
  const map = new HashMap();
  for (const [key, values] of parseQuery(value.url.rawQuery)) map.set(key, new ArrayList(values));
  return map;
}
