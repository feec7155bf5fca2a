/** Mirrors pkg/apis/flowcontrol/v1/defaults.go. */
import type { TypeDefaults } from '../../default.ts';
import { setIfEmpty, setIfNil } from './go-fields.ts';

export const flowcontrolDefaults: TypeDefaults = {
  'io.k8s.api.flowcontrol.v1.FlowSchemaSpec': (spec) => setIfEmpty(spec, 'matchingPrecedence', 1000),
  'io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration': (level) => {
    setIfNil(level, 'nominalConcurrencyShares', 0);
    setIfNil(level, 'lendablePercent', 0);
  },
  'io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration': (level) => {
    setIfNil(level, 'nominalConcurrencyShares', 30);
    setIfNil(level, 'lendablePercent', 0);
  },
  'io.k8s.api.flowcontrol.v1.QueuingConfiguration': (queuing) => {
    setIfEmpty(queuing, 'handSize', 8);
    setIfEmpty(queuing, 'queues', 64);
    setIfEmpty(queuing, 'queueLengthLimit', 50);
  },
};
