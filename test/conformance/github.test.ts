import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../packages/emulator/src/index.ts';
import { takeNotes } from '../../packages/emulator/test/noted.ts';
import { type Difference, differencesTable } from './check.ts';
import { GITHUB_CHECKS, GithubWorld } from './github-checks.ts';

describe('the emulator answers as GitHub does', () => {
  let emulator: Emulator;
  let world: GithubWorld;
  beforeAll(async () => {
    emulator = await startEmulator();
    emulator.github.addRepository('acme/web');
    const { url } = emulator.github;
    world = new GithubWorld({ url, token: emulator.github.issueToken(), repository: 'acme/web' });
  });
  // The suite asks for more than our clients do.
  afterEach(async () => {
    await world.cleanUp();
    takeNotes();
  });
  afterAll(() => emulator.close());

  test.each(GITHUB_CHECKS)('$name', async ({ see, expected }) => {
    expect(await see(world)).toEqual(expected);
  });
});

const { GITHUB_CONFORMANCE_TOKEN: token = '', GITHUB_CONFORMANCE_REPOSITORY: repository = '' } = process.env;
const { GITHUB_CONFORMANCE_URL: url = 'https://api.github.com' } = process.env;

// Needs a repository that is used for nothing else; CONTRIBUTING.md says how.
describe.skipIf(token === '')('GitHub answers as the emulator does', { timeout: 600_000 }, () => {
  const differences: Difference[] = [];
  const world = new GithubWorld({ url, token, repository });
  afterEach(() => world.cleanUp(), 600_000);
  afterAll(() => {
    console.log(differencesTable(url, differences));
  });

  test.each(GITHUB_CHECKS)('$name', async ({ name, see, expected }) => {
    const seen = await see(world).catch((error: unknown) => String(error));
    try {
      expect(seen).toEqual(expected);
    } catch (error) {
      differences.push({ name, expected, seen });
      throw error;
    }
  });
});
