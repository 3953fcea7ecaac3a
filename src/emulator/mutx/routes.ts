import type { ReceivedRequest, Reply } from '../message.ts';
import type { Params, Route } from '../router.ts';
import type { MutxWorld } from './world.ts';

/** One request on its way to a handler. */
export interface Call {
  readonly request: ReceivedRequest;
  readonly params: Params;
  readonly world: MutxWorld;
  readonly requestId: string;
}

export type MutxRoute = Route<(call: Call) => Reply>;
