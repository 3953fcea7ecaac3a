/**
 * What the credentials of both services look like. Nothing else in `src/` knows it, except the emulator, which
 * imports nothing of ours; a test holds the two together.
 *
 * GitHub: https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github.
 * A token is a prefix and letters, or, since 2026, `ghs_`, the id of an App, `_` and a JWT.
 */
export type CredentialShape = 'github-token' | 'mutx-key' | 'jwt';

/** A run of this many characters after a prefix is a credential; documentation has shorter ones. */
const LONG_ENOUGH = '(?=[\\w.-]{16})';

/** In order: a JWT within a GitHub token is part of that token. The ends of sentences belong to none. */
const SHAPES: Readonly<Record<CredentialShape, string>> = {
  'github-token': `(?:gh[oprsu]_|github_pat_)${LONG_ENOUGH}[\\w-]+(?:\\.[\\w-]+)*`,
  'mutx-key': `mutx_live_${LONG_ENOUGH}[\\w-]+(?:\\.[\\w-]+)*`,
  // An encoded `{"` begins either of the first two parts (RFC 7519). The signature may be cut off.
  jwt: 'eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}(?:\\.[\\w-]*)?',
};

const ANY = new RegExp(Object.values(SHAPES).join('|'), 'g');

/** Whether a text holds something of that shape, known to this process or not. @param shape default: any */
export function looksLikeCredential(text: string, shape?: CredentialShape): boolean {
  return shape === undefined ? text.search(ANY) >= 0 : credentialsIn(text, shape).length > 0;
}

/** Each credential in a text, in order. @param shape default: all */
export function credentialsIn(text: string, shape?: CredentialShape): readonly string[] {
  const found = text.match(ANY) ?? [];
  return shape === undefined ? found : found.filter((one) => new RegExp(`^(?:${SHAPES[shape]})$`).test(one));
}

/** A key of MUTX's by its beginning, however short the rest. */
export function beginsAsMutxKey(text: string): boolean {
  return text.startsWith('mutx_live_');
}

/**
 * Whose a GitHub token is, by its beginning: of an App's installation (`GITHUB_TOKEN` too), or of GitHub's
 * command line and other OAuth apps. Undefined: of a person, or not known.
 */
export function ownerOfGithubToken(text: string): 'installation' | 'oauth-app' | undefined {
  if (text.startsWith('ghs_')) return 'installation';
  return text.startsWith('gho_') ? 'oauth-app' : undefined;
}

/** The JWT that a text is, or that a GitHub token ends with. */
export function jwtOf(text: string): { readonly jwt: string; readonly signature: string } | undefined {
  const [, jwt, signature] = /^(?:ghs_\w*?_)?(eyJ[\w-]+\.[\w-]+\.([\w-]+))$/.exec(text) ?? [];
  return jwt === undefined || signature === undefined ? undefined : { jwt, signature };
}

/** Characters of different kinds that random text of any length has. */
const KINDS = [/[a-z]/u, /[A-Z]/u, /[0-9]/u];

/**
 * Whether a text is far from any word or name that a log may hold, so that the log stays readable where it is masked:
 * at least two of lower case, upper case and digits, and eight different characters; so with the signature of a JWT,
 * which is masked alone, too.
 */
export function isNoWord(text: string): boolean {
  const { signature = text } = jwtOf(text) ?? {};
  return [text, signature].every(isVaried);
}

function isVaried(text: string): boolean {
  return KINDS.filter((kind) => kind.test(text)).length >= 2 && new Set(text).size >= 8;
}
