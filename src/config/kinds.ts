import type { Duration } from '../core/time.ts';

const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;
const WHOLE = /^(?:0|[1-9]\d{0,8})$/;
const DURATION = /^(0|[1-9]\d{0,5})([smhd])$/;
const MS_IN = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A boolean of YAML 1.2's core schema, as `core.getBooleanInput` takes them (https://yaml.org/spec/1.2/spec.html#id2804923).
 * @returns undefined for anything else
 */
export function parseBoolean(text: string): boolean | undefined {
  if (TRUE.test(text)) return true;
  return FALSE.test(text) ? false : undefined;
}

/** A whole number without sign, exponent or leading zeros; undefined for anything else or out of range. */
export function parseInteger(text: string, range: { min: number; max: number }): number | undefined {
  if (!WHOLE.test(text)) return undefined;
  const value = Number(text);
  return value >= range.min && value <= range.max ? value : undefined;
}

/** `90s`, `15m`, `6h`, `7d` or `0`, in milliseconds; undefined for anything else. Days are 24 hours. */
export function parseDuration(text: string): Duration | undefined {
  if (text === '0') return 0;
  const match = DURATION.exec(text);
  return match === null ? undefined : Number(match[1]) * MS_IN[match[2] as keyof typeof MS_IN];
}

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
