/** `/version`. Mirrors apimachinery version.Info. */
import { newGenericServerResponse } from '../api/status.ts';
import type { PathHandler } from './path-handler.ts';

export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly emulationMajor: string;
  readonly emulationMinor: string;
  readonly minCompatibilityMajor: string;
  readonly minCompatibilityMinor: string;
  /** Of Kubernetes, with what we are behind a plus: `v1.36.3+sublet`. */
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

/** `kubernetes`: `v1.36.3`; clients compare it, so nothing else may stand in front. */
export function versionInfo(kubernetes: string, platform: string): VersionInfo {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(kubernetes) ?? [];
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `${kubernetes}+sublet`,
    gitCommit: '',
    gitTreeState: '',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform,
  };
}

export function versionPath(info: VersionInfo): PathHandler {
  const body = Buffer.from(JSON.stringify(info, undefined, 2));
  return {
    paths: ['/version', '/version/'],
    handle({ request }) {
      if (request.method !== 'GET') throw newGenericServerResponse({ code: 405 });
      return { status: 200, headers: { 'content-type': 'application/json' }, body };
    },
  };
}
