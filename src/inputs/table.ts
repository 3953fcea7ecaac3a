import type { InputKind } from './kinds.ts';

/** The actions of this repository. */
export type Verb = 'rotate' | 'ephemeral' | 'revoke' | 'audit';

/** An input as one action takes it. */
export interface InputUse {
  /** What an input that is unset, or empty, counts as. */
  readonly default?: string;
  /** Nothing works without it. */
  readonly required?: true;
}

export interface InputSpec {
  readonly kind: InputKind;
  /** One paragraph for users, in Markdown that also reads as plain text. */
  readonly text: string;
  readonly verbs: { readonly [V in Verb]?: InputUse };
}

/**
 * Every input there is, once. `action.yml`, the README's tables (scripts/generate.mjs) and the reading of
 * inputs (reader.ts) all come from here.
 */
export const INPUTS = {
  'bootstrap-jwt': {
    kind: { type: 'credential', allowed: 'a MUTX access JWT, refresh JWT or API key' },
    text: 'MUTX access JWT, which lives for 30 minutes. A refresh JWT is recognised and treated as `refresh-token`; anything else (an API key) is sent as it is. Exactly one of `bootstrap-jwt`, `refresh-token`, and `email` with `password` is needed.',
    verbs: { rotate: {} },
  },
  'refresh-token': {
    kind: { type: 'credential', allowed: 'a MUTX refresh JWT' },
    text: 'MUTX refresh JWT. It is good for a single use: it is exchanged, and its successor is stored in `refresh-token-secret` before anything else is done.',
    verbs: { rotate: {} },
  },
  'refresh-token-secret': {
    kind: {
      type: 'text',
      allowed: 'the name of a secret, or a target like `owner/repo@environment as NAME`',
    },
    text: 'Secret that receives the successor of `refresh-token`: a name in this repository, or a target like `owner/repo@environment as NAME`.',
    verbs: { rotate: { default: 'MUTX_REFRESH_TOKEN' } },
  },
  email: {
    kind: { type: 'text', allowed: 'an e-mail address' },
    text: 'E-mail address of a MUTX service account to log in with; goes with `password`.',
    verbs: { rotate: {} },
  },
  password: {
    kind: { type: 'password', allowed: "the service account's password" },
    text: 'Password of the service account. The session is logged out at the end of the run.',
    verbs: { rotate: {} },
  },
  'api-url': {
    kind: { type: 'url' },
    text: 'Base URL of the MUTX API; `https` only, except for loopback hosts.',
    verbs: { rotate: { default: 'https://api.mutx.dev' } },
  },
  'github-token': {
    kind: {
      type: 'credential',
      allowed: 'a personal access token or the token of a GitHub App that may write secrets',
    },
    text: 'Personal access token, or token of a GitHub App, that may write the secrets. `GITHUB_TOKEN` cannot, whatever its `permissions:`.',
    verbs: { rotate: { required: true } },
  },
  'secret-name': {
    kind: { type: 'secret-name' },
    text: 'Name of the secret that holds the key.',
    verbs: { rotate: { default: 'MUTX_API_KEY' } },
  },
  targets: {
    kind: {
      type: 'text',
      allowed:
        'one target a line: `owner/repo`, `owner/repo@environment` or `org:name`, with a store (`dependabot:`, `codespaces:`, `agents:`) before it and ` as OTHER_NAME` after it where wanted',
    },
    text: 'Where the key is stored, one target a line: `owner/repo`, `owner/repo@environment` or `org:name`, each with a store before it (`dependabot:`, `codespaces:`, `agents:`; else `actions:`) and ` as OTHER_NAME` after it where wanted. `#` at the start of a line or after white space starts a comment. Default: this repository.',
    verbs: { rotate: {} },
  },
  environment: {
    kind: { type: 'text', allowed: 'the name of one environment of this repository' },
    text: 'Shorthand for one target, this environment of this repository. Not together with `targets`.',
    verbs: { rotate: {} },
  },
  visibility: {
    kind: { type: 'choice', of: ['all', 'private', 'selected'] },
    text: 'Who may read an organisation secret that does not exist yet: `all`, `private` or `selected`; needed to create one. A secret that exists keeps its own.',
    verbs: { rotate: {} },
  },
  'selected-repositories': {
    kind: {
      type: 'text',
      allowed: "names or ids of the organisation's repositories, separated by commas or lines",
    },
    text: "The organisation's repositories that may read the secret, by name or id, separated by commas or lines; for `visibility: selected`.",
    verbs: { rotate: {} },
  },
  'key-name': {
    kind: { type: 'text', allowed: 'one line of 1 to 255 characters' },
    text: 'Name of the key at MUTX, the unit of ownership: keys of exactly this name are made, and revoked, by this action only. Default: made of the target, like `gha/owner/repo/MUTX_API_KEY`; needed with more than one target.',
    verbs: { rotate: {} },
  },
  'expires-in-days': {
    kind: { type: 'integer', min: 1, max: 365 },
    text: 'Days until the new key expires, 1 to 365.',
    verbs: { rotate: { default: '30' } },
  },
  'renew-before': {
    kind: { type: 'duration' },
    text: 'Rotate only when the current key has less than this left, like `7d`. Default: every run rotates.',
    verbs: { rotate: {} },
  },
  'grace-period': {
    kind: { type: 'duration' },
    text: 'Keep a superseded key for this long, like `6h`, for jobs that were queued with it. `0`: it is revoked as soon as the secret is swapped.',
    verbs: { rotate: { default: '0' } },
  },
  'on-quota': {
    kind: { type: 'choice', of: ['fail', 'wait', 'replace'] },
    text: "When the account's plan has no place for one more key: `fail` before anything is changed, `wait` until a place becomes free by itself, or `replace` the stored key, which accepts a gap of seconds.",
    verbs: { rotate: { default: 'fail' } },
  },
  'create-environment': {
    kind: { type: 'boolean' },
    text: "Create a target's environment if it does not exist; otherwise that is an error.",
    verbs: { rotate: { default: 'false' } },
  },
  'max-revocations': {
    kind: { type: 'integer', min: 0, max: 1_000 },
    text: 'A run that would revoke more keys than this (expired and never-stored ones not counted) revokes none of them, and warns.',
    verbs: { rotate: { default: '5' } },
  },
  verify: {
    kind: { type: 'boolean' },
    text: 'Call MUTX with the new key before it is stored.',
    verbs: { rotate: { default: 'true' } },
  },
  'dry-run': {
    kind: { type: 'boolean' },
    text: 'Print the plan and change nothing; but any use of a refresh token spends it, so its successor is stored all the same.',
    verbs: { rotate: { default: 'false' } },
  },
} as const satisfies Readonly<Record<string, InputSpec>>;

export type InputName = keyof typeof INPUTS;

/** The inputs whose kind has this type. */
export type InputNameOf<T extends InputKind['type']> = {
  [N in InputName]: (typeof INPUTS)[N]['kind']['type'] extends T ? N : never;
}[InputName];

export const INPUT_NAMES = Object.keys(INPUTS) as readonly InputName[];

export function specOf(name: InputName): InputSpec {
  return INPUTS[name];
}

/** Inputs of the actions beside this one, for those who put them here. */
export const INPUTS_ELSEWHERE: ReadonlyMap<string, Exclude<Verb, 'rotate'>> = new Map([
  ['env-name', 'ephemeral'],
  ['quota-wait', 'ephemeral'],
  ['sweep', 'ephemeral'],
  ['sweep-after', 'ephemeral'],
  ['key-ids', 'revoke'],
  ['max-age', 'audit'],
  ['expiring-within', 'audit'],
  ['unused-for', 'audit'],
  ['require-expiry', 'audit'],
  ['fail-on', 'audit'],
]);

export interface OutputSpec {
  /** One paragraph for users, in Markdown that also reads as plain text. */
  readonly text: string;
  readonly verbs: readonly Verb[];
}

/** Every output there is, once. */
export const OUTPUTS = {
  rotated: {
    text: '`true` if every target holds the new key, otherwise `false`.',
    verbs: ['rotate'],
  },
  'key-id': {
    text: 'Id of the key that was made, also when a target failed; of the current key when none was due.',
    verbs: ['rotate'],
  },
  'key-name': {
    text: "The key's name at MUTX.",
    verbs: ['rotate'],
  },
  'expires-at': {
    text: 'When that key expires: ISO 8601, UTC.',
    verbs: ['rotate'],
  },
  'superseded-key-ids': {
    text: 'JSON array of the ids of superseded keys that are still alive, in their grace period.',
    verbs: ['rotate'],
  },
  'revoked-key-ids': {
    text: 'JSON array of the ids of the keys that were revoked.',
    verbs: ['rotate'],
  },
  targets: {
    text: 'JSON array, for each target `{target, secret, status, error?}`; the status is `created`, `updated`, `unchanged`, `failed` or `skipped`.',
    verbs: ['rotate'],
  },
} as const satisfies Readonly<Record<string, OutputSpec>>;
