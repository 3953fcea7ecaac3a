/**
 * What the credentials of both services look like in the middle of a text: GitHub's tokens by their prefixes
 * (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/), MUTX's keys by theirs, and
 * JWTs, which begin with an encoded `{"`.
 */
const CREDENTIAL =
  /(?:gh[pousr]_|github_pat_|mutx_live_)[\w.-]{16,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?/g;

/** Whether a text holds something of that shape, known to this process or not. */
export function looksLikeCredential(text: string): boolean {
  return text.search(CREDENTIAL) >= 0;
}

/** Each of them in a text, in order. */
export function credentialsIn(text: string): readonly string[] {
  return text.match(CREDENTIAL) ?? [];
}
