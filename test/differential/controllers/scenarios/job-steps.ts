/** Steps of scenarios of Jobs. */
import type { JsonObject } from '../../../../src/api/json.ts';
import { scripted } from '../objects.ts';
import { fieldOf, type Stage } from '../scenario.ts';

const index = 'batch.kubernetes.io/job-completion-index';
export const long = { 'run-for': '1h' };

/** Has the pods of an index end with this code, as soon as there are any. */
export const ends = async (stage: Stage, ordinal: number, code: string): Promise<void> => {
  const running = () =>
    stage
      .list('Pod')
      .find(
        (each) => each.metadata.annotations?.[index] === String(ordinal) && fieldOf(each, 'status.phase') === 'Running',
      );
  await stage.until(`a pod of index ${ordinal} runs`, () => running() !== undefined);
  await tell(stage, running()?.metadata.name ?? '', code);
};

export const tell = async (stage: Stage, name: string, code: string): Promise<void> => {
  await stage.patch('Pod', name, { metadata: { annotations: scripted({ 'run-for': '0s', 'exit-code': code }) } });
};

export const condition = (stage: Stage, type: string, name = 'job') =>
  stage.untilField('Job', name, `status.conditions[type=${type}].status`, 'True');

export const indexed = (spec: JsonObject): JsonObject => ({ completionMode: 'Indexed', ...spec });
