/** Answers expressions that ask who may do what. They can't wait, so the authorizer must be ready: see {@link readyAccess}. */
import type { User } from '../../../api/user.ts';
import type { AskAccess } from '../../../schema/cel/library/authorizer.ts';
import type { Authorizer } from '../../authz/authorizer.ts';

/** To be awaited before expressions are evaluated. Rejects with what the authorizer's store says. */
export async function readyAccess(authorizer: Authorizer, user: User): Promise<AskAccess> {
  // Whoever asks, the roles are read.
  await authorizer.authorize({
    user: { ...user, groups: [] },
    verb: 'get',
    isResourceRequest: false,
    path: '/',
    namespace: '',
    group: '',
    version: '',
    resource: '',
    subresource: '',
    name: '',
  });
  return ({ user: who, verb, resource, path }) => {
    const answer = authorizer.authorize({
      user: who,
      verb,
      path,
      isResourceRequest: resource !== undefined,
      group: resource?.group ?? '',
      version: resource ? '*' : '',
      resource: resource?.resource ?? '',
      subresource: resource?.subresource ?? '',
      namespace: resource?.namespace ?? '',
      name: resource?.name ?? '',
    });
    if (!(answer instanceof Promise)) {
      const { decision, reason, evaluationError } = answer;
      return {
        allowed: decision === 'allow',
        reason,
        ...(evaluationError === undefined ? {} : { error: evaluationError }),
      };
    }
    // Nobody waits for it.
    answer.catch(() => undefined);
    return { allowed: false, reason: '', error: 'the authorizer is not ready' };
  };
}
