/** How a place in the plan is freed by hand; the codes of a full plan have it in common. */
export const REVOKE_ONE =
  'revoke a key that nobody needs: `mutx-api-key keys list` shows all of them, and `mutx-api-key keys revoke ID`, or the action `mutx/api-key-action/revoke` with `key-ids: ID`, revokes one';
