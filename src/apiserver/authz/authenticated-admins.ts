/** Who is known may do everything; who is not may ask for health and version. Stands until RBAC does. */
import { authenticatedGroup } from '../authn/authenticator.ts';
import type { Authorizer, Decision, Rules } from './authorizer.ts';

/** As upstream's role system:public-info-viewer. */
const publicPaths = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

const everything: Rules = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};

const publicInfo: Rules = {
  resourceRules: [],
  nonResourceRules: [{ verbs: ['get'], nonResourceURLs: publicPaths }],
  incomplete: false,
};

const allowed: Decision = { decision: 'allow', reason: '' };
const refused: Decision = { decision: 'none', reason: '' };

export const authenticatedAdmins: Authorizer = {
  authorize({ user, isResourceRequest, verb, path }) {
    if (user.groups.includes(authenticatedGroup)) return allowed;
    return !isResourceRequest && verb === 'get' && publicPaths.includes(path) ? allowed : refused;
  },
  rulesFor: (user) => (user.groups.includes(authenticatedGroup) ? everything : publicInfo),
};
