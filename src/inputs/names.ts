import { invisibleIn } from '../secrets/printable.ts';

/**
 * What GitHub allows as names. A name that passes here is safe as one segment of a URL's path once it is
 * URL-encoded.
 */

/** Users, organisations, and enterprise-managed users (`name_company`). */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/;
const SECRET = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;
const CONTROL = /\p{Cc}/u;

export function isOwner(name: string): boolean {
  return OWNER.test(name);
}

export function isRepository(name: string): boolean {
  return REPOSITORY.test(name) && !isDots(name);
}

/** Any letter, `/`, spaces and `%` are fine; at most 255 characters. */
export function isEnvironment(name: string): boolean {
  const fits = name.length > 0 && name.length <= 255 && name.isWellFormed();
  return fits && !CONTROL.test(name) && invisibleIn(name) === undefined && !isDots(name);
}

/**
 * What a name would be if it had been URL-encoded by mistake (`prod%2Feu`); undefined: it is none such. Names are
 * written as they are, so such a name is another one than it looks like.
 */
export function decodedName(name: string): string | undefined {
  if (!/%[\dA-F]{2}/i.test(name)) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** @returns the name in upper case, as GitHub keeps it; undefined if it is none */
export function parseSecretName(text: string): string | undefined {
  // Only a–z: other letters may have an upper case within A–Z (the long s, `ſ`).
  const upper = text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  return SECRET.test(upper) ? upper : undefined;
}

/** URL parsers take `.` and `..` out of a path, even when they are encoded. */
function isDots(name: string): boolean {
  return name === '.' || name === '..';
}
