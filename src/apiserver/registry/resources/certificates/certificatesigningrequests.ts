import type { ObjectMeta } from '../../../../api/object.ts';
import { humanDuration } from '../../../../api/duration.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn } from '../columns.ts';
import { ensureObject } from '../../../../api/json-fields.ts';
import { jsonOf, takeField } from '../fields.ts';
import { viewAs } from '../view.ts';

interface CertificateSigningRequest {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly signerName?: string; readonly username?: string; readonly expirationSeconds?: number };
  readonly status?: { readonly certificate?: string; readonly conditions?: readonly { readonly type: string }[] };
}

/** Mirrors pkg/registry/certificates/certificates: who asks is who is asked about. */
export const certificatesigningrequests = defineResource({
  group: 'certificates.k8s.io',
  resource: 'certificatesigningrequests',
  strategy: {
    prepareForCreate(request, { user }) {
      const spec = ensureObject(jsonOf(request), 'spec');
      for (const name of ['username', 'uid', 'groups', 'extra']) delete spec[name];
      spec['username'] = user.name;
      if (user.uid) spec['uid'] = user.uid;
      if (user.groups.length > 0) spec['groups'] = [...user.groups];
      const extra = Object.entries(user.extra ?? {}).map(([key, values]): [string, string[]] => [key, [...values]]);
      if (extra.length > 0) spec['extra'] = Object.fromEntries(extra);
    },
    prepareForUpdate: (request, old) => takeField(jsonOf(request), jsonOf(old), 'spec'),
  },
  table: {
    columns: [nameColumn, ageColumn, ...['SignerName', 'Requestor', 'RequestedDuration', 'Condition'].map(textColumn)],
    row(object, context) {
      const { spec, status } = viewAs<CertificateSigningRequest>(object);
      const seconds = spec?.expirationSeconds;
      return [
        nameOf(object),
        ageOf(object, context),
        spec?.signerName || '<none>',
        spec?.username ?? '',
        seconds === undefined ? '<none>' : humanDuration(seconds * 1000),
        conditionText(status),
      ];
    },
  },
  selectableFields: (object) => ({
    'spec.signerName': viewAs<CertificateSigningRequest>(object).spec?.signerName ?? '',
  }),
});

function conditionText(status: CertificateSigningRequest['status']): string {
  const types = new Set(status?.conditions?.map(({ type }) => type));
  const decision = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${types.has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}
