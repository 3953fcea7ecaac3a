import type { EmulatorClock } from './clock.ts';
import type { ServerName } from './ledger.ts';
import type { ReceivedRequest, Reply } from './message.ts';

/** What the HTTP side needs of an emulated service. */
export interface Service {
  readonly name: ServerName;
  readonly clock: EmulatorClock;
  /** Applies a request, in one synchronous step; never throws for what a client sent. */
  apply(request: ReceivedRequest, requestId: string): Reply;
  /** Headers that every reply of the service itself carries, `date` apart. */
  headers(request: ReceivedRequest, requestId: string): Readonly<Record<string, string>>;
  /** Whether it ends the connection after a reply of its own with that status, without a header that says so. */
  closesAfter(status: number): boolean;
  requestId(seq: number): string;
  /** A refusal in the service's own shape, for a fault. */
  refusal(status: number, requestId: string): Reply;
  /** What it says to too many requests, for a fault. `retryAfter` in seconds. */
  rateLimited(retryAfter: number): Reply;
  /** Replaces the key pair that the request's scope has. */
  replaceKeyPair(request: ReceivedRequest): void;
}
