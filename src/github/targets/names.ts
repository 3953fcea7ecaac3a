/**
 * Names on their way into a URL. inputs/ has checked them and told the user; here a bad one is a bug of ours,
 * so it throws before any request can be built from it.
 */

/** Users, organisations and enterprise-managed users (`name_company`). */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/;
const SECRET = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;
const CONTROL = /\p{Cc}/u;

export function ownerSegment(owner: string): string {
  return checked(OWNER.test(owner), 'an owner', owner);
}

export function repositorySegment(repository: string): string {
  return checked(REPOSITORY.test(repository) && !isDots(repository), 'a repository', repository);
}

/** @returns the name in upper case, as GitHub keeps it */
export function secretSegment(name: string): string {
  const upper = name.toUpperCase();
  return checked(SECRET.test(upper), 'a secret', upper);
}

/** @returns the name URL-encoded: `a/b` → `a%2Fb` */
export function environmentSegment(name: string): string {
  const fits = name.length > 0 && name.length <= 255 && name.isWellFormed() && !CONTROL.test(name);
  return encodeURIComponent(checked(fits && !isDots(name), 'an environment', name));
}

/** URL parsers take `.` and `..` out of a path, even when they are encoded. */
function isDots(name: string): boolean {
  return name === '.' || name === '..';
}

function checked(fits: boolean, kind: string, name: string): string {
  if (!fits) throw new TypeError(`not the name of ${kind}: ${JSON.stringify(name)}`);
  return name;
}
