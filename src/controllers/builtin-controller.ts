/** What a built-in controller is made of and made from. */
import type { KubeObject } from '../api/object.ts';
import type { Side } from '../api/side.ts';
import type { Client } from '../client/client.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Controller } from '../controller/controller.ts';
import type { EventRecorder } from '../controller/event-recorder.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import type { Issuer } from '../lib/x509/issue-certificate.ts';

export interface ControllerContext<S extends Side> {
  readonly client: Client<S>;
  readonly informers: InformerFactory<S>;
  readonly events: EventRecorder<S>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** PEM of the API server's CA, published in every namespace as `kube-root-ca.crt`. Absent: not published. */
  readonly rootCertificate?: string;
  /** Signs certificates for the cluster's own signers. Absent: nothing is signed. */
  readonly signer?: Issuer;
  /** The token that stands in a Secret for an account. Absent: Secrets of accounts stay empty. */
  readonly accountToken?: (
    namespace: string,
    account: { readonly name: string; readonly uid: string },
    secret: string,
  ) => string;
  readonly metrics?: WorkQueueMetrics;
  /** What of a validating admission policy's expressions doesn't fit the types it is about. Absent: nobody can say. */
  readonly checkPolicy?: (
    policy: Readonly<KubeObject>,
  ) => Promise<readonly { readonly fieldRef: string; readonly warning: string }[]>;
  /** Pods run on another cluster, and a syncer ends those that it ended: nothing is to be concluded from nodes that are seen here, or aren't. */
  readonly podsRunElsewhere?: boolean;
}

export interface BuiltinController {
  /** By which it is switched on and off: `deployment-controller`. Upstream's names. */
  readonly name: string;
  /** Called once, before the informers start: says which it needs, and which of their changes concern which keys. */
  create<S extends Side>(context: ControllerContext<S>): Controller;
}
