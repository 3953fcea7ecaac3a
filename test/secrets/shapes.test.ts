import { describe, expect, it } from 'vitest';
import { TOKEN_KINDS } from '../../packages/emulator/src/github/tokens.ts';
import { startEmulator, type TokenOptions } from '../../packages/emulator/src/index.ts';
import { formsOf } from '../../src/secrets/forms.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import {
  beginsAsMutxKey,
  type CredentialShape,
  credentialsIn,
  jwtOf,
  looksLikeCredential,
  ownerOfGithubToken,
} from '../../src/secrets/shapes.ts';

// Holds invariant 1 of docs/threat-model.md.

const TOKENS: readonly TokenOptions[] = [
  ...TOKEN_KINDS.map((kind) => ({ kind })),
  { kind: 'github-token', form: 'short' },
  { kind: 'app', form: 'short' },
];

/** Every form of every credential that the emulator gives out, and what it is. */
async function issued(): Promise<readonly (readonly [CredentialShape, string])[]> {
  await using v1 = await startEmulator();
  await using documented = await startEmulator({ mutx: { generation: 'documented' } });
  const user = v1.mutx.addUser();
  return [
    ...TOKENS.map((options) => ['github-token', v1.github.issueToken(options)] as const),
    ['mutx-key', v1.mutx.addKey(user, { name: 'a' }).plaintext],
    ['mutx-key', documented.mutx.addKey(documented.mutx.addUser(), { name: 'a' }).plaintext],
    ['jwt', v1.mutx.issueAccessJwt(user)],
    ['jwt', v1.mutx.issueRefreshToken(user)],
  ];
}

describe('every credential that the emulator issues', () => {
  it('is recognised, whole and as what it is, wherever it stands', async () => {
    for (const [shape, text] of await issued()) {
      for (const around of [text, `"${text}"`, `see ${text}.`, `https://x:${text}@example.com/`]) {
        expect(credentialsIn(around), shape).toEqual([text]);
        expect(credentialsIn(around, shape), shape).toEqual([text]);
        expect(looksLikeCredential(around)).toBe(true);
        const others = (['github-token', 'mutx-key', 'jwt'] as const).filter((other) => other !== shape);
        for (const other of others)
          expect(looksLikeCredential(around, other), `${shape} ${other}`).toBe(false);
      }
    }
  });

  it('is withheld from what is printed though no one has admitted it', async () => {
    const secrets = new SecretRegistry(() => {});
    for (const [, text] of await issued())
      expect(secrets.quote(`no: ${text}`)).not.toContain(text.slice(-16));
  });
});

describe('a GitHub token that ends with a JWT', () => {
  it('is one token, and masks the JWT and its signature as well', async () => {
    await using emulator = await startEmulator();
    const token = emulator.github.issueToken({ kind: 'github-token' });
    expect(token).toMatch(/^ghs_\d+_eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/u);
    const jwt = token.slice(token.indexOf('eyJ'));
    const signature = jwt.slice(jwt.lastIndexOf('.') + 1);
    expect(jwtOf(token)).toEqual({ jwt, signature });
    expect(formsOf(token)).toEqual(expect.arrayContaining([token, jwt, signature]));
  });
});

describe('whose a GitHub token is', () => {
  it.each([
    ['app', 'installation'],
    ['github-token', 'installation'],
    ['oauth', 'oauth-app'],
    ['classic', undefined],
    ['fine-grained', undefined],
    ['app-user', undefined],
  ] as const)('%s: %s', async (kind, owner) => {
    await using emulator = await startEmulator();
    expect(ownerOfGithubToken(emulator.github.issueToken({ kind }))).toBe(owner);
  });
});

describe('the shape of a credential', () => {
  it('is not what documentation and identifiers look like', () => {
    for (const text of [
      'mutx_live_…',
      'ghp_ tokens',
      'eyJ',
      'a0b1c2d3-0000-4000-8000-000000000000',
      'ghs_short',
      'ghs_[A-Za-z0-9._-]{36,}',
    ]) {
      expect(looksLikeCredential(text)).toBe(false);
    }
    expect(credentialsIn('none')).toEqual([]);
  });

  it('is known by its beginning alone where that is asked', () => {
    expect(beginsAsMutxKey('mutx_live_x')).toBe(true);
    expect(beginsAsMutxKey('x-mutx_live_x')).toBe(false);
  });
});
