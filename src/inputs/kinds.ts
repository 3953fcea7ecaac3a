/**
 * What kind of value an input takes. `text` has a grammar of its own, which its reader knows; `allowed` says it
 * to people.
 */
export type InputKind =
  /** `list`: several values, one a line; the flag may be repeated, and an option or a field may be an array. */
  | { readonly type: 'text'; readonly allowed: string; readonly list?: true }
  /** A token, JWT or key: masked, and never printed. */
  | { readonly type: 'credential'; readonly allowed: string }
  /** Also masked and never printed, but any text may be one. */
  | { readonly type: 'password'; readonly allowed: string }
  | { readonly type: 'url' }
  | { readonly type: 'secret-name' }
  | { readonly type: 'boolean' }
  | { readonly type: 'duration' }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  | { readonly type: 'choice'; readonly of: readonly string[] };

/** The values an input of this kind takes, for people; reads on from "allowed:". */
export function allowedText(kind: InputKind): string {
  switch (kind.type) {
    case 'text':
    case 'credential':
    case 'password':
      return kind.allowed;
    case 'url':
      return 'an https URL without credentials, query or fragment (http for loopback hosts only)';
    case 'secret-name':
      return 'letters, digits and `_`, not beginning with a digit or `GITHUB_`';
    case 'boolean':
      return '`true` or `false`';
    case 'duration':
      return 'a whole number and its unit, like `90s`, `15m`, `6h` or `7d`; or `0`';
    case 'integer':
      return `a whole number from ${kind.min} to ${kind.max}`;
    case 'choice':
      return kind.of.map((choice) => `\`${choice}\``).join(', ');
  }
}
