import type { Verb } from './table.ts';

interface OutputSpec {
  /** For each action that has it, one paragraph for users, in Markdown that also reads as plain text. */
  readonly verbs: { readonly [V in Verb]?: string };
}

/** Every output there is, once; `action.yml` and the README's tables are generated from here. */
export const OUTPUTS = {
  rotated: {
    verbs: { rotate: '`true` if every target is known to hold the new key, otherwise `false`.' },
  },
  'api-key': {
    verbs: { ephemeral: 'The key itself, masked in the log. It cannot be handed to another job.' },
  },
  'key-id': {
    verbs: {
      rotate: 'Id of the key that was made, also when a target failed; of the current key when none was due.',
      ephemeral: 'Id of the key.',
    },
  },
  'key-name': {
    verbs: { rotate: "The key's name at MUTX." },
  },
  'expires-at': {
    verbs: {
      rotate: 'When that key expires: ISO 8601, UTC.',
      ephemeral: 'When the key expires should its revocation fail: ISO 8601, UTC.',
    },
  },
  'superseded-key-ids': {
    verbs: {
      rotate: 'JSON array of the ids of superseded keys that are still alive, in their grace period.',
    },
  },
  'revoke-after': {
    verbs: {
      rotate:
        'When the grace period of those is over: ISO 8601, UTC, for the input `not-before` of the action `revoke`. Empty where there are none, or where it is not known.',
    },
  },
  'revoked-key-ids': {
    verbs: {
      rotate: 'JSON array of the ids of the keys that were revoked.',
      revoke:
        'JSON array of the ids of the keys that are revoked now, those included that were already; empty after a dry run.',
    },
  },
  targets: {
    verbs: {
      rotate:
        'JSON array, for each target `{target, secret, status, error?}`; the status is `created`, `updated`, `unchanged`, `failed` or `skipped`. Beyond 100 KiB entries are left out, and a last one `{omitted}` counts them.',
    },
  },
  report: {
    verbs: { audit: 'The report as JSON, below 100 KiB; what was left out is counted in it.' },
  },
  findings: {
    verbs: { audit: 'How many findings there are.' },
  },
} as const satisfies Readonly<Record<string, OutputSpec>>;

type OutputName = keyof typeof OUTPUTS;

/** The outputs of an action with their texts, in the order of the table. */
export function outputsOf(verb: Verb): readonly (readonly [name: OutputName, text: string])[] {
  return (Object.keys(OUTPUTS) as OutputName[]).flatMap((name) => {
    const spec: OutputSpec = OUTPUTS[name];
    const text = spec.verbs[verb];
    return text === undefined ? [] : [[name, text] as const];
  });
}
