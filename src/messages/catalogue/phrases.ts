/** What the operator of a MUTX has to change where its public versions fail on PostgreSQL. */
export const FIX_COLUMNS =
  "ask the operator of this MUTX, with the request ids, to give the columns `expires_at` and `last_used` of `api_keys` a time zone: `DateTime(timezone=True)` in the server's model and `timestamptz` in the database, of which either alone is not enough";

/** What becomes of a run that was not brought to its end. */
export const ONCE_IT_SUCCEEDS =
  'the next run that succeeds puts one working key into every target; that run or a later one revokes the others of its name, as far as the grace period and max-revocations allow';

/** How a place in the plan is freed by hand; the codes of a full plan have it in common. */
export const REVOKE_ONE =
  'revoke a key that nobody needs: `mutx-api-key keys list` shows all of them, and `mutx-api-key keys revoke ID`, or the action `mutx/api-key-action/revoke` with `key-ids: ID`, revokes one';
