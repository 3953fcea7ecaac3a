import type { ReceivedRequest, Reply } from '../message.ts';
import type { Params, Route } from '../router.ts';
import type { ErrorContext } from './errors.ts';
import type { MutxWorld } from './world.ts';

/** One request on its way to a handler. */
export interface Call extends ErrorContext {
  readonly request: ReceivedRequest;
  readonly params: Params;
  readonly world: MutxWorld;
  /** What the server takes and a client of this project does not send. */
  readonly notes: string[];
}

export type MutxRoute = Route<(call: Call) => Reply>;
