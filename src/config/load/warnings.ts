import { printable } from '../../core/text.ts';
import { targetOfDefaultName } from '../key-name.ts';
import type { InputReader } from '../reader.ts';
import { decodedName, identityOf } from '../targets.ts';
import type { Access } from './access.ts';
import type { RotateInputs } from './rotate-inputs.ts';

/** About a refresh token and its successor, what is allowed and most likely not meant. One printable line each. */
export function refreshTokenWarnings(
  { credential, refreshTokenSecret }: Pick<Access, 'credential' | 'refreshTokenSecret'>,
  reader: InputReader,
): readonly string[] {
  if (refreshTokenSecret === undefined) {
    return reader.isDefault('refresh-token-secret')
      ? []
      : ['`refresh-token-secret` has no effect without a refresh token'];
  }
  if (credential.input !== 'bootstrap-jwt') return [];
  return [
    `\`bootstrap-jwt\` holds a refresh JWT, which is good for a single use: its successor will be stored as ${refreshTokenSecret.secretName}, and the next run must be given that one, as \`refresh-token\``,
  ];
}

const DAY = 86_400_000;

/** What is allowed, and most likely not what was meant. One printable line each. */
export function warningsFor(
  inputs: RotateInputs,
  reader: InputReader,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  return [
    ...aboutTiming(inputs),
    ...aboutGrace(inputs),
    ...refreshTokenWarnings(inputs, reader),
    ...aboutTargets(inputs),
    ...aboutEvent(env),
  ];
}

function aboutTiming({ settings: { renewBefore, expiresInDays } }: RotateInputs): readonly string[] {
  if (renewBefore === 0) {
    return [
      '`renew-before: 0` renews a key only once it has expired: the stored key is dead until the next run',
    ];
  }
  return renewBefore === undefined || renewBefore < expiresInDays * DAY
    ? []
    : ['`renew-before` is not shorter than `expires-in-days`, so every run rotates'];
}

function aboutGrace({ settings: { gracePeriod, expiresInDays } }: RotateInputs): readonly string[] {
  return gracePeriod < expiresInDays * DAY
    ? []
    : [
        '`grace-period` is not shorter than `expires-in-days`: no run rotates before it is over, so the stored key expires first, and is dead until the next run',
      ];
}

function aboutTargets({ audience, settings, targets }: RotateInputs): readonly string[] {
  const shared = targets.some((target) => target.kind === 'organisation');
  const encoded = targets.flatMap((target) => {
    const decoded = target.kind === 'environment' ? decodedName(target.environment) : undefined;
    return decoded === undefined
      ? []
      : [
          `the environment of ${target.label} is named as if it were URL-encoded; names are written as they are: did you mean \`${printable(decoded, 100)}\`?`,
        ];
  });
  return [
    ...encoded,
    ...(audience.visibility !== undefined && !shared
      ? ['`visibility` has no effect: no target is an organisation secret']
      : []),
    ...(settings.gracePeriod > 0 && shared
      ? [
          'with a `grace-period`, keys superseded in an organisation secret are not revoked by later runs: revoke them by a job fed with `superseded-key-ids`, or let them expire',
        ]
      : []),
  ];
}

/** A name that is another target's by default, whose key would be revoked. */
export function aboutName(
  { settings: { keyName, nameOfTarget }, targets }: Pick<RotateInputs, 'settings' | 'targets'>,
  host: string,
): readonly string[] {
  const place = nameOfTarget === true ? undefined : targetOfDefaultName(keyName, host);
  if (place === undefined || targets.some((target) => identityOf(target) === identityOf(place))) return [];
  const { label, secretName } = place;
  return [
    `\`key-name\` is the default name of the key in ${label} (${secretName}), which is not in \`targets\`: if a rotation stored one there, this one revokes it. Add ${label} to \`targets\`, or choose another name`,
  ];
}

function aboutEvent(env: NodeJS.ProcessEnv): readonly string[] {
  return env['GITHUB_EVENT_NAME'] === 'pull_request_target'
    ? [
        'this run was started by `pull_request_target`: anybody who can open a pull request makes it rotate, with your secrets; use `schedule` or `workflow_dispatch`',
      ]
    : [];
}
