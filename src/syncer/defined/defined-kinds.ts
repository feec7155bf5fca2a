/** Kinds from definitions that every host may have or not, and whose tables are built in. All are off by default. */
import type { DefinedKind } from '../custom/defined-kind.ts';
import { gateways } from './gateways.ts';
import { grpcroutes } from './grpcroutes.ts';
import { httproutes } from './httproutes.ts';
import { tlsroutes } from './tlsroutes.ts';
import { volumesnapshots } from './volumesnapshots.ts';

export const definedKinds: readonly DefinedKind[] = [volumesnapshots, gateways, httproutes, grpcroutes, tlsroutes];
