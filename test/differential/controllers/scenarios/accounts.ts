import { object } from '../objects.ts';
import type { Scenario } from '../scenario.ts';

const secret = (name: string, account: string) =>
  object('v1', 'Secret', name, {
    metadata: { annotations: { 'kubernetes.io/service-account.name': account } },
    type: 'kubernetes.io/service-account-token',
  });

export const accounts: readonly Scenario[] = [
  {
    name: 'account: the default one comes back',
    async run(stage) {
      const { uid } = stage.find('ServiceAccount', 'default')?.metadata ?? {};
      await stage.remove('ServiceAccount', 'default');
      await stage.until('there is another one', () => {
        const found = stage.find('ServiceAccount', 'default');
        return found !== undefined && found.metadata.uid !== uid;
      });
    },
  },
  {
    name: 'account: a token in a secret',
    async run(stage) {
      await stage.create(object('v1', 'ServiceAccount', 'robot'));
      await stage.create(secret('token', 'robot'));
      await stage.until('it has a token', () => {
        const data = stage.find('Secret', 'token')?.['data'] as Record<string, string> | undefined;
        return data?.['token'] !== undefined;
      });
    },
  },
  {
    name: 'account: a token goes with it',
    async run(stage) {
      await stage.create(object('v1', 'ServiceAccount', 'robot'));
      await stage.create(secret('token', 'robot'));
      await stage.until('it has a token', () => stage.find('Secret', 'token')?.['data'] !== undefined);
      await stage.remove('ServiceAccount', 'robot');
      await stage.untilGone('Secret', 'token');
    },
  },
  {
    name: 'account: a token for nobody',
    async run(stage) {
      await stage.create(secret('token', 'nobody'));
      await stage.untilGone('Secret', 'token');
    },
  },
  {
    name: 'account: what a token says of itself is put right',
    async run(stage) {
      await stage.create(object('v1', 'ServiceAccount', 'robot'));
      await stage.create(secret('token', 'robot'));
      await stage.until('it has a token', () => stage.find('Secret', 'token')?.['data'] !== undefined);
      await stage.patch('Secret', 'token', { data: { 'ca.crt': null, namespace: null } });
      await stage.until('it has it again', () => {
        const data = stage.find('Secret', 'token')?.['data'] as Record<string, string> | undefined;
        return data?.['ca.crt'] !== undefined && data['namespace'] !== undefined;
      });
    },
  },
  {
    name: 'account: the authority is published again',
    async run(stage) {
      const uid = () => stage.find('ConfigMap', 'kube-root-ca.crt')?.metadata.uid;
      await stage.until('it is there', () => uid() !== undefined);
      const first = uid();
      await stage.remove('ConfigMap', 'kube-root-ca.crt');
      await stage.until('it is there again', () => uid() !== undefined && uid() !== first);
      await stage.patch('ConfigMap', 'kube-root-ca.crt', { data: { 'ca.crt': 'x', other: 'y' } });
      await stage.until(
        'it is right again',
        () => !JSON.stringify(stage.find('ConfigMap', 'kube-root-ca.crt')?.['data']).includes('other'),
      );
    },
  },
];
