import type { Duration } from '../core/time.ts';
import { ConnectError, errorCode } from './connect.ts';
import type { HttpLost, HttpNotSent } from './result.ts';

export interface Limits {
  /** For the attempt as a whole. */
  readonly timeoutMs: Duration;
  /** Of the reply's body. */
  readonly maxBytes: number;
}

/** @param error undefined: the time was over */
export function notSent(error: Error | undefined, { timeoutMs }: Limits): HttpNotSent {
  if (error === undefined) {
    const message = `no connection within ${timeoutMs / 1_000} s`;
    return { kind: 'not-sent', code: 'timeout', message, retryable: true };
  }
  if (error instanceof ConnectError) {
    const { reason, message, retryable } = error;
    return { kind: 'not-sent', code: reason, message, retryable };
  }
  const message = `the connection broke (${errorCode(error)})`;
  return { kind: 'not-sent', code: 'unreachable', message, retryable: true };
}

/**
 * @param code what is wrong, unless the parser says it of the reply (`HPE_INVALID_CONSTANT`,
 * `HPE_HEADER_OVERFLOW`)
 */
export function lost(code: HttpLost['code'], error: Error | undefined, limits: Limits): HttpLost {
  const why = errorCode(error).startsWith('HPE_') ? 'bad-http' : code;
  return { kind: 'lost', code: why, message: lostText(why, errorCode(error), limits) };
}

function lostText(code: HttpLost['code'], cause: string, { timeoutMs, maxBytes }: Limits): string {
  switch (code) {
    case 'timeout':
      return `no complete reply within ${timeoutMs / 1_000} s`;
    case 'reset':
      return `the connection ended before the reply (${cause})`;
    case 'cut-off':
      return `the connection ended in the middle of the reply (${cause})`;
    case 'too-large':
      return `the reply is longer than ${maxBytes} bytes`;
    case 'compressed':
      return 'the reply is compressed, which was not asked for';
    case 'bad-http':
      return `the reply is not HTTP as it should be (${cause})`;
  }
}
