/** The body of a server-side apply: YAML or JSON, taken as it is. Mirrors apiserver endpoints/handlers applyPatcher. */
import { DecodeError } from '../../api/codec/json.ts';
import { decodeYaml } from '../../api/codec/yaml.ts';
import { jsonTypeText } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { newBadRequest } from '../../api/status.ts';
import type { RequestContext } from '../request-context.ts';

const applyPatchType = 'application/apply-patch+yaml';

export interface ApplyConfig {
  readonly config: JsonObject;
  /** Of keys that stand twice. */
  readonly strictError: string | undefined;
}

export function isApplyPatch({ request }: RequestContext): boolean {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim() === applyPatchType;
}

/** @throws StatusError BadRequest */
export async function readApplyConfig({ request }: RequestContext): Promise<ApplyConfig> {
  try {
    const { value, strictError } = await decodeYaml(request.body);
    const config = value ?? {};
    if (isJsonObject(config)) return { config, strictError };
    const problem = `json: cannot unmarshal ${jsonTypeText(config)} into Go value of type map[string]interface {}`;
    throw newBadRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${problem}`);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw newBadRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`);
  }
}
