import { expect } from 'vitest';
import type { SecretPlace } from '../../packages/emulator/src/index.ts';
import { HERE, type World } from '../scenarios/world.ts';

/** The secret that a refresh token is kept in. */
export const TOKEN = 'MUTX_REFRESH_TOKEN';

/** Whether MUTX would exchange the token that the secret holds; looking does not spend it. */
export function storedTokenWorks(world: World, place: SecretPlace = HERE): boolean {
  return tokenWorks(world, world.stored(place, TOKEN) ?? '');
}

export function tokenWorks({ emulator: { mutx } }: World, token: string): boolean {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    readonly jti: string;
    readonly family_id: string;
    readonly exp: number;
  };
  const session = mutx.sessions.find(({ familyId }) => familyId === claims.family_id);
  const isCurrent = session?.ended === 'no' && session.currentJti === claims.jti;
  return isCurrent && claims.exp * 1_000 > mutx.clock.now();
}

/** A spent token is never found out in silence: that it is spent, why that may be, and how to go on. */
export function expectSaysHowToGoOn(log: string): void {
  expect(log).toContain('MUTX does not take the refresh token, which is spent, expired or revoked');
  expect(log).toContain(
    'if two runs used the same token, a `concurrency:` group in the workflow keeps them apart',
  );
  expect(log).toContain(`log in to MUTX again and store the new refresh token in the secret ${TOKEN}`);
}
