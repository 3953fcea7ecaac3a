import { decodeJwt } from '../../mutx/jwt.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import { credentialsIn, looksLikeCredential } from '../../secrets/shapes.ts';

/** What people paste along with a token, or in place of one, and what to say about it. */
export interface Complaint {
  /** Reads on from the input's name. Never holds the value. */
  readonly message: string;
  readonly fix: string;
}

/** Characters; everything shorter is a typing error, not a token, and no password that could be masked. */
const SHORTEST_TOKEN = 8;

const MASK = /^\*+$/;
const EXPRESSION = /\$\{\{/;
const BARE_EXPRESSION = /^(?:secrets|vars|env|inputs|steps|needs|github)\.[\w.-]+$/i;
const SCHEME = /^(?:authorization\s*:\s*)?(?:bearer|token)\s+/i;
/** `NAME=value` of an environment file; the `=` at the end of base64 is none. */
const ASSIGNMENT = /^(?:export\s+)?[A-Za-z_][\w-]*=[^=]/;
/** Of a shell; in a password that may be meant. */
const UNEXPANDED = /^\$(?:\{[^}]*\}|\(.*\)|[A-Za-z_]\w*)$/;
const QUOTES = /^["'`]|["'`]$/;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** A literal `${{ … }}` that nobody has evaluated; undefined: there is none. */
export function literalExpression(text: string): Complaint | undefined {
  if (!EXPRESSION.test(text)) return undefined;
  return {
    message: 'holds a literal `${{`: the expression was not evaluated',
    fix: 'write it in the workflow file, where GitHub evaluates it, not in a secret, a script or a quoted block',
  };
}

/** A credential that was put where it would be printed; undefined: none. */
export function misplacedCredential(text: string): Complaint | undefined {
  if (!looksLikeCredential(text)) return undefined;
  return {
    message: 'holds what looks like a credential',
    fix: 'take it out; credentials go into `bootstrap-jwt`, `refresh-token`, `password` and `github-token` only',
  };
}

/** Masks every part of a text that looks like a credential. */
export function admitMisplaced(secrets: SecretRegistry, text: string): void {
  for (const found of credentialsIn(text)) secrets.admit(found);
}

/**
 * Masks a token as it was given, trimmed, and without what may have been pasted around it, so that the bare
 * token is masked whichever of these turns up somewhere. Nothing for what is too short to be one: a mask of a
 * few letters would black out whole words.
 */
export function admitToken(secrets: SecretRegistry, raw: string): void {
  const trimmed = raw.trim();
  if (isShort(trimmed) || MASK.test(trimmed)) return;
  const parts = [bare(trimmed), ...jsonTexts(trimmed), ...trimmed.split(/\s+/), ...credentialsIn(trimmed)];
  const within = parts.filter((text) => !isShort(text));
  for (const text of new Set([raw, trimmed, ...within])) secrets.admit(text);
}

/**
 * Masks a password as it was given, trimmed, and each line of it, which may be shown alone; nothing for what is too
 * short, and for the mask itself.
 */
export function admitPassword(secrets: SecretRegistry, raw: string): void {
  const trimmed = raw.trim();
  if (isShort(trimmed) || MASK.test(trimmed)) return;
  const lines = trimmed.split(/[\r\n]+/).filter((line) => !isShort(line.trim()));
  for (const text of new Set([raw, trimmed, ...lines])) secrets.admit(text);
}

/** What is wrong with a token (already trimmed), whichever it is; undefined: nothing. */
export function tokenComplaint(token: string): Complaint | undefined {
  const problem = textComplaint(token);
  if (problem !== undefined) return problem;
  if (isShort(token)) {
    return { message: 'is too short to be a credential', fix: 'copy the token again, whole and in one line' };
  }
  if (QUOTES.test(token)) {
    return { message: 'is in quotes', fix: 'store the token alone, without quotes around it' };
  }
  if (SCHEME.test(token)) {
    return {
      message: 'begins with the name of an authorization scheme, like `Bearer`',
      fix: 'store the token alone, without anything before it',
    };
  }
  if (UNEXPANDED.test(token)) {
    return {
      message: 'is the name of a shell variable, not its value',
      fix: 'write an expression, like `secrets.NAME` within a dollar sign and double braces: inputs are not expanded by a shell',
    };
  }
  if (ASSIGNMENT.test(token)) {
    return {
      message: 'begins with a name and an equals sign',
      fix: 'store the token alone, without anything before it',
    };
  }
  if (token.startsWith('{')) {
    return {
      message: 'holds JSON, not a token',
      fix: 'store the value of the token alone, not the whole reply',
    };
  }
  if (VISIBLE_ASCII.test(token)) return undefined;
  return {
    message: 'holds white space, a line break or a character that no token has',
    fix: 'copy the token again, whole and in one line',
  };
}

/** What is wrong with a password; undefined: nothing. */
export function passwordComplaint(password: string): Complaint | undefined {
  const problem = textComplaint(password);
  if (problem !== undefined || !isShort(password.trim())) return problem;
  return {
    message: `is too short to be masked: its ${SHORTEST_TOKEN - 1} or fewer characters would black out other words of the log`,
    fix: `copy the password again, whole; if it is as short as that, give the service account one of at least ${SHORTEST_TOKEN} characters`,
  };
}

/** What is wrong with any credential, a password too: it is not the credential itself. */
function textComplaint(text: string): Complaint | undefined {
  if (MASK.test(text)) {
    return {
      message: 'is the `***` that a log shows in place of a credential',
      fix: 'store the credential itself; a masked value cannot be copied from a log or passed between jobs',
    };
  }
  if (BARE_EXPRESSION.test(text)) {
    return {
      message: 'is the text of an expression, not its value',
      fix: 'write it in the workflow file, as an expression: a dollar sign and double braces around it',
    };
  }
  return literalExpression(text);
}

/** A token of GitHub's where one of MUTX's is wanted: it must not be sent there. */
export function githubTokenComplaint(token: string): Complaint | undefined {
  if (!looksLikeCredential(token, 'github-token')) return undefined;
  return {
    message: "holds a GitHub token, which is not MUTX's to see",
    fix: 'give the GitHub token as `github-token`, and a credential of MUTX here',
  };
}

/** A credential of MUTX's where a token of GitHub's is wanted: it must not be sent there. */
export function mutxTokenComplaint(token: string): Complaint | undefined {
  const types = [token, ...credentialsIn(token, 'jwt')].map((text) => decodeJwt(text)?.type);
  const isSession = types.includes('access') || types.includes('refresh');
  if (!isSession && !looksLikeCredential(token, 'mutx-key')) return undefined;
  return {
    message: "holds a credential of MUTX, which is not GitHub's to see",
    fix: 'give it as `bootstrap-jwt` or `refresh-token`, and a GitHub token here',
  };
}

function isShort(text: string): boolean {
  return text.length < SHORTEST_TOKEN;
}

function bare(token: string): string {
  return token
    .replace(/^["'`\s]+|["'`\s]+$/g, '')
    .replace(SCHEME, '')
    .replace(/^["'`\s]+/g, '');
}

/** The texts in a JSON object, or none: a whole login reply pasted for the token in it. */
function jsonTexts(text: string): readonly string[] {
  const found: string[] = [];
  try {
    JSON.parse(text, (_name, value: unknown) => {
      if (typeof value === 'string') found.push(value);
      return value;
    });
  } catch {
    return [];
  }
  return found;
}
