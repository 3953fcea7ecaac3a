import type { Access } from './access.ts';
import type { InputReader } from './reader.ts';

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
