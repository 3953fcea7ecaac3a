import type { Access } from '../inputs/access.ts';
import { sessionFailure, spendingState } from '../report/session-log.ts';
import type { Connection } from './connect.ts';
import type { VerbContext } from './context.ts';

/**
 * Opens the session, does the work and closes it, whatever the work came to.
 * @returns what the work returned; undefined: there is no session, which has been told
 */
export async function inSession<T>(
  connection: Connection,
  { refreshTokenSecret }: Pick<Access, 'refreshTokenSecret'>,
  { gate, unfinished, fail }: VerbContext,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const untouched = unfinished.state;
  unfinished.cleanUp = () => connection.session.close();
  if (refreshTokenSecret !== undefined) unfinished.state = () => spendingState(refreshTokenSecret);
  const refused = await gate.pass(connection.session.open());
  if (refused !== undefined) {
    await gate.pass(connection.close());
    fail(sessionFailure(refused));
    return undefined;
  }
  unfinished.state = untouched;
  const result = await gate.pass(work());
  await gate.pass(connection.close());
  return result;
}
