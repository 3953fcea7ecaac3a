import type { InputKind } from './kinds.ts';

/**
 * The actions of this repository, in the order in which the docs tell of them. `plan` is for the reusable
 * workflows in it, and for the command line.
 */
export const VERBS = ['rotate', 'ephemeral', 'revoke', 'audit', 'plan'] as const;

export type Verb = (typeof VERBS)[number];

/** What stands after `uses:` for each action, less the version. */
export const USES: Readonly<Record<Verb, string>> = {
  rotate: 'mutx/api-key-action',
  ephemeral: 'mutx/api-key-action/ephemeral',
  revoke: 'mutx/api-key-action/revoke',
  audit: 'mutx/api-key-action/audit',
  plan: 'mutx/api-key-action/.github/actions/plan',
};

/** An input as one action takes it. */
interface InputUse {
  /** What an input that is unset, or empty, counts as. */
  readonly default?: string;
  /** Nothing works without it. */
  readonly required?: true;
  /** In place of the input's own text, where it means something else to this action. */
  readonly text?: string;
}

interface InputSpec {
  readonly kind: InputKind;
  /** One paragraph for users, in Markdown that also reads as plain text. */
  readonly text: string;
  /** A few words, for a line of `--help`; left out where no flag may hold it. */
  readonly brief?: string;
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
    verbs: {
      rotate: {},
      ephemeral: {
        text: 'MUTX access JWT, which lives for 30 minutes, or an API key, which is sent as it is. A refresh JWT is not taken here: it is good for a single use. Exactly one of `bootstrap-jwt`, and `email` with `password`, is needed.',
      },
      revoke: {},
      audit: {},
      plan: {},
    },
  },
  'refresh-token': {
    kind: { type: 'credential', allowed: 'a MUTX refresh JWT' },
    text: 'MUTX refresh JWT. It is good for a single use: it is exchanged, and its successor is stored in `refresh-token-secret` before anything else is done.',
    verbs: { rotate: {}, revoke: {}, audit: {}, plan: {} },
  },
  'refresh-token-secret': {
    kind: {
      type: 'text',
      allowed: 'the name of a secret, or a target like `owner/repo@environment as NAME`',
    },
    text: 'Secret that receives the successor of `refresh-token`: a name in this repository, or a target like `owner/repo@environment as NAME`.',
    brief: 'secret for its successor',
    verbs: {
      rotate: { default: 'MUTX_REFRESH_TOKEN' },
      revoke: { default: 'MUTX_REFRESH_TOKEN' },
      audit: { default: 'MUTX_REFRESH_TOKEN' },
      plan: { default: 'MUTX_REFRESH_TOKEN' },
    },
  },
  email: {
    kind: { type: 'text', allowed: 'an e-mail address' },
    text: 'E-mail address of a MUTX service account to log in with; goes with `password`.',
    brief: 'of a MUTX service account',
    verbs: { rotate: {}, ephemeral: {}, revoke: {}, audit: {}, plan: {} },
  },
  password: {
    kind: { type: 'password', allowed: "the service account's password" },
    text: 'Password of the service account. The session is logged out at the end of the run.',
    verbs: {
      rotate: {},
      ephemeral: { text: 'Password of the service account. Each session is logged out again.' },
      revoke: {},
      audit: {},
      plan: {},
    },
  },
  'api-url': {
    kind: { type: 'url' },
    text: 'Base URL of the MUTX API; `https` only, except for loopback hosts.',
    brief: 'MUTX API',
    verbs: {
      rotate: { default: 'https://api.mutx.dev' },
      ephemeral: { default: 'https://api.mutx.dev' },
      revoke: { default: 'https://api.mutx.dev' },
      audit: { default: 'https://api.mutx.dev' },
      plan: { default: 'https://api.mutx.dev' },
    },
  },
  'github-token': {
    kind: {
      type: 'credential',
      allowed: 'a personal access token or the token of a GitHub App that may write secrets',
    },
    text: 'Personal access token, or token of a GitHub App, that may write the secrets. `GITHUB_TOKEN` cannot, whatever its `permissions:`.',
    verbs: {
      rotate: { required: true },
      revoke: {
        text: 'Only with a refresh token: personal access token, or token of a GitHub App, that may write the secret for its successor. `GITHUB_TOKEN` cannot.',
      },
      audit: {
        text: 'Token that may read the metadata of the secrets in `targets`; with a refresh token, one that may also write the secret for its successor. `GITHUB_TOKEN` can do neither.',
      },
      plan: {
        required: true,
        text: 'Token that may read the metadata of the secrets; with a refresh token, one that may also write the secret for its successor. `GITHUB_TOKEN` can do neither.',
      },
    },
  },
  'secret-name': {
    kind: { type: 'secret-name' },
    text: 'Name of the secret that holds the key.',
    brief: 'secret that holds the key',
    verbs: { rotate: { default: 'MUTX_API_KEY' } },
  },
  targets: {
    kind: {
      type: 'text',
      list: true,
      allowed:
        'one target a line: `owner/repo`, `owner/repo@environment` or `org:name`, with a store (`dependabot:`, `codespaces:`, `agents:`) before it and ` as OTHER_NAME` after it where wanted',
    },
    text: 'Where the key is stored, one target a line: `owner/repo`, `owner/repo@environment` or `org:name`, each with a store before it (`dependabot:`, `codespaces:`, `agents:`; else `actions:`) and ` as OTHER_NAME` after it where wanted. `#` at the start of a line or after white space starts a comment. Default: this repository.',
    brief: 'where the key is stored; repeat it for more',
    verbs: {
      rotate: {},
      audit: {
        text: 'Where the keys are stored, one target a line, as the rotation takes them; needs `github-token`. Adds the age of the secrets, and which key is the current one. A secret is called `MUTX_API_KEY` unless ` as OTHER_NAME` says otherwise. Default: secrets are not looked at.',
      },
    },
  },
  environment: {
    kind: { type: 'text', allowed: 'the name of one environment of this repository' },
    text: 'Shorthand for one target, this environment of this repository. Not together with `targets`.',
    brief: 'one environment of it, as the target',
    verbs: { rotate: {} },
  },
  visibility: {
    kind: { type: 'choice', of: ['all', 'private', 'selected'] },
    text: 'Who may read an organisation secret that does not exist yet: `all`, `private` or `selected`; needed to create one. A secret that exists keeps its own.',
    brief: 'who may read a new organisation secret',
    verbs: { rotate: {} },
  },
  'selected-repositories': {
    kind: {
      type: 'text',
      list: true,
      allowed: "names or ids of the organisation's repositories, separated by commas or lines",
    },
    text: "The organisation's repositories that may read the secret, by name or id, separated by commas or lines; for `visibility: selected`.",
    brief: 'repositories that may read it; repeatable',
    verbs: { rotate: {} },
  },
  'key-name': {
    kind: { type: 'text', allowed: 'one line of 1 to 255 characters' },
    text: 'Name of the key at MUTX, the unit of ownership: keys of exactly this name are made, and revoked, by this action only. Default: made of the target, like `gha/owner/repo/MUTX_API_KEY`; needed with more than one target.',
    brief: "the key's name at MUTX",
    verbs: {
      rotate: {},
      ephemeral: {
        text: 'Name of the key at MUTX. Default: one for each run and job, like `gha/owner/repo/run/4242.1/test/1f3a9c`, which later runs recognise as their own and sweep.',
      },
      revoke: { text: 'Every active key of exactly this name is revoked. Not together with `key-ids`.' },
      audit: { text: 'Report on the keys of exactly this name only. Default: on all keys of the account.' },
    },
  },
  'expires-in-days': {
    kind: { type: 'integer', min: 1, max: 365 },
    text: 'Days until the new key expires, 1 to 365.',
    brief: 'days until the new key expires',
    verbs: {
      rotate: { default: '30' },
      ephemeral: {
        default: '1',
        text: 'Days until the key expires should its revocation fail, 1 to 365.',
      },
    },
  },
  'renew-before': {
    kind: { type: 'duration' },
    text: 'Rotate only when the current key has less than this left, like `7d`. Default: every run rotates.',
    brief: 'only if less than this is left, like 7d',
    verbs: { rotate: {} },
  },
  'grace-period': {
    kind: { type: 'duration' },
    text: 'Keep a superseded key for this long, like `6h`, for jobs that were queued with it. `0`: it is revoked as soon as the secret is swapped.',
    brief: 'keep superseded keys for this long',
    verbs: { rotate: { default: '0' } },
  },
  'on-quota': {
    kind: { type: 'choice', of: ['fail', 'wait', 'replace'] },
    text: "When the account's plan has no place for one more key: `fail` before anything is changed, `wait` until a place becomes free by itself, or `replace` the stored key, which accepts a gap of seconds.",
    brief: 'fail, wait or replace when it is full',
    verbs: { rotate: { default: 'fail' } },
  },
  'create-environment': {
    kind: { type: 'boolean' },
    text: "Create a target's environment if it does not exist; otherwise that is an error.",
    brief: 'create one that is missing',
    verbs: { rotate: { default: 'false' } },
  },
  'max-revocations': {
    kind: { type: 'integer', min: 0, max: 1_000 },
    text: 'A run that would revoke more keys than this (expired and never-stored ones not counted) revokes none of them, and warns.',
    brief: 'revoke none if it were more keys',
    verbs: {
      rotate: { default: '5' },
      revoke: {
        default: '5',
        text: 'If more keys than this are to be revoked, none is, and the run fails naming them.',
      },
    },
  },
  verify: {
    kind: { type: 'boolean' },
    text: 'Call MUTX with the new key before it is stored.',
    brief: 'try the new key before it is used',
    verbs: {
      rotate: { default: 'true' },
      ephemeral: { default: 'true', text: 'Call MUTX with the new key before it is handed out.' },
    },
  },
  'dry-run': {
    kind: { type: 'boolean' },
    text: 'Print the plan and change nothing; but any use of a refresh token spends it, so its successor is stored all the same.',
    brief: 'say what would be done only',
    verbs: {
      rotate: { default: 'false' },
      revoke: {
        default: 'false',
        text: 'Say what would be revoked and change nothing; but any use of a refresh token spends it, so its successor is stored all the same.',
      },
    },
  },
  'env-name': {
    kind: {
      type: 'text',
      allowed:
        'the name of an environment variable: letters, digits and `_`, not beginning with a digit; or nothing',
    },
    text: 'Environment variable in which later steps of the job find the key. Empty: it is not exported, and only the output has it.',
    brief: 'variable that holds the key',
    verbs: { ephemeral: { default: 'MUTX_API_KEY' } },
  },
  'quota-wait': {
    kind: { type: 'duration' },
    text: "How long to wait for a place when the account's plan has none left, like `2m`. `0`: not at all.",
    brief: 'how long to wait for a place in the plan',
    verbs: { ephemeral: { default: '2m' } },
  },
  sweep: {
    kind: { type: 'boolean' },
    text: 'First revoke what earlier runs of this repository left behind: keys of the default per-run names that have expired, or are older than `sweep-after`.',
    brief: 'first revoke what earlier runs left behind',
    verbs: { ephemeral: { default: 'true' } },
  },
  'sweep-after': {
    kind: { type: 'duration' },
    text: 'Also sweep such keys once they are older than this, like `6h`: longer than any job runs. Default: expired ones only.',
    brief: 'sweep such keys older than this, too',
    verbs: { ephemeral: {} },
  },
  'key-ids': {
    kind: {
      type: 'text',
      list: true,
      allowed: 'ids of keys, which are UUIDs: a JSON array, or separated by commas or lines',
    },
    text: 'Ids of the keys to revoke: a JSON array, such as the output `superseded-key-ids` of a rotation, or separated by commas or lines. Not together with `key-name`.',
    brief: 'ids of the keys to revoke; repeatable',
    verbs: { revoke: {} },
  },
  'if-none': {
    kind: { type: 'choice', of: ['fail', 'ignore'] },
    text: 'When no key at all, active or revoked, has the name: `fail`, with the names that are near it, or `ignore`, for scheduled clean-ups. The same for an id where MUTX keeps the records of revoked keys (`/v1`); where it forgets them, an id that is gone counts as done.',
    brief: 'fail or ignore if there is no such key',
    verbs: { revoke: { default: 'fail' } },
  },
  'not-before': {
    kind: { type: 'text', allowed: 'an instant in ISO 8601, UTC: `2026-11-23T21:14:05Z`' },
    text: 'Before this instant, by the clock of MUTX, none is revoked, and the run fails: the output `revoke-after` of a rotation, say. Empty: at any time.',
    brief: 'fail before this instant, by the clock of MUTX',
    verbs: { revoke: {} },
  },
  'max-age': {
    kind: { type: 'duration' },
    text: 'A key older than this is a finding. `0`: age is not looked at.',
    brief: 'a key older than this is a finding',
    verbs: { audit: { default: '90d' } },
  },
  'expiring-within': {
    kind: { type: 'duration' },
    text: 'A key that expires within this time is a finding, unless a younger one of its name takes its place; of keys that live no longer than three times this, the last third counts.',
    brief: 'so is one that expires within this time',
    verbs: { audit: { default: '7d' } },
  },
  'unused-for': {
    kind: { type: 'duration' },
    text: 'A key that nobody has used for this long is a finding, like `30d`. Default: use is not looked at.',
    brief: 'and one that was not used for this long',
    verbs: { audit: {} },
  },
  'require-expiry': {
    kind: { type: 'boolean' },
    text: 'A key that never expires is a finding.',
    brief: 'and one that never expires',
    verbs: { audit: { default: 'true' } },
  },
  'fail-on': {
    kind: { type: 'choice', of: ['none', 'warning', 'error'] },
    text: 'The run fails if there is a finding of this level or above; `none`: never for a finding.',
    brief: 'level of findings that fails the run',
    verbs: { audit: { default: 'error' } },
  },
  'fleet-file': {
    kind: { type: 'text', allowed: 'the path of a YAML file in the working folder' },
    text: 'File that declares the keys of a fleet and their targets.',
    verbs: { plan: { default: 'mutx-keys.yml' } },
  },
  key: {
    kind: { type: 'text', allowed: 'one key as an entry of a fleet, in JSON or YAML' },
    text: 'One key, as an entry of a fleet in JSON, in place of a file. Settings that are empty, and what is no setting of a key, are left out.',
    verbs: { plan: {} },
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

/** Whether an input holds several values, one a line. */
export function isList(name: InputName): boolean {
  const { kind } = specOf(name);
  return kind.type === 'text' && kind.list === true;
}

/** The inputs that an action takes. */
export function inputsOf(verb: Verb): readonly InputName[] {
  return INPUT_NAMES.filter((name) => specOf(name).verbs[verb] !== undefined);
}

/** What an input means to this action, for its users. */
export function textOf(name: InputName, verb: Verb): string {
  const { text, verbs } = specOf(name);
  return verbs[verb]?.text ?? text;
}
