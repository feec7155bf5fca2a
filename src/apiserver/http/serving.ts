/** What the requests of one listener share, whichever their HTTP version. */
import type { ListenerLimits, ListenerOptions } from './listener-options.ts';
import type { UnreadAnswers } from './unread-answers.ts';

export interface Serving {
  readonly options: ListenerOptions;
  readonly limits: ListenerLimits;
  readonly unread: UnreadAnswers;
  /** Aborts when the listener stops: ends watches. */
  readonly stopping: AbortSignal;
}
