import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../packages/emulator/src/index.ts';
import { inputsOf } from '../../src/config/table.ts';
import {
  InvalidOptionsError,
  MutxCallError,
  MutxClient,
  type MutxClientOptions,
  MutxSessionError,
  type RotateOptions,
  rotate,
} from '../../src/index.ts';
import { ROTATE_OPTIONS } from '../../src/library/options.ts';

// Holds invariants 2, 3, 23, 24, 25, 27 and 32 of docs/threat-model.md.

let emulator: Emulator;
let good: RotateOptions;

beforeAll(async () => {
  emulator = await startEmulator();
  const { mutx, github } = emulator;
  const { email, password } = mutx.addUser({ plan: 'PRO' });
  github.addRepository('acme/web', { environments: ['production'] });
  good = {
    mutx: { credential: { email, password }, apiUrl: mutx.url },
    github: { token: github.issueToken(), apiUrl: github.url },
    targets: ['acme/web'],
  };
});
afterAll(() => emulator.close());

/** What is refused, for callers without a type checker, too. @returns the paths, and that nothing was called */
async function refused(options: object): Promise<readonly string[]> {
  const before = emulator.ledger.entries.length;
  const error: unknown = await rotate({ ...good, ...options }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InvalidOptionsError);
  expect(emulator.ledger.entries.length).toBe(before);
  return (error as InvalidOptionsError).problems.map(({ option }) => option);
}

describe('an option', () => {
  test('is there for every input of the action but `environment`, which a target says better', () => {
    const inputs = new Set<string>(ROTATE_OPTIONS.values());
    expect(inputsOf('rotate').filter((name) => !inputs.has(name))).toEqual(['environment']);
  });

  const jwt = (type: string) =>
    ['{"alg":"none"}', JSON.stringify({ type }), 'signature']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');

  test.each<[string, () => object, readonly string[]]>([
    ['that there is none of', () => ({ dryrun: true }), ['dryrun']],
    ['that no input of a library can mean', () => ({ environment: 'production' }), ['environment']],
    ['within another one, too', () => ({ github: { ...good.github, tokn: 'x' } }), ['github.tokn']],
    ['for no target at all', () => ({ targets: [] }), ['targets']],
    ['for targets of white space', () => ({ targets: [' ', ''] }), ['targets']],
    ['for two targets without a name for the key', () => ({ targets: ['a/b', 'c/d'] }), ['keyName']],
    ['that is an object', () => ({ keyName: { a: 1 }, expiresInDays: [{}] }), ['keyName', 'expiresInDays']],
    [
      'a list where one value belongs, of which the last could win silently',
      () => ({ keyName: ['a', 'b'], secretName: ['A'], dryRun: [true, false], expiresInDays: [30] }),
      ['keyName', 'secretName', 'dryRun', 'expiresInDays'],
    ],
    [
      'a server without TLS',
      () => ({ github: { token: 't'.repeat(20), apiUrl: 'http://a.b' } }),
      ['github.apiUrl'],
    ],
    ['no credential', () => ({ mutx: { credential: {} } }), ['mutx.credential']],
    ['nothing at all of MUTX', () => ({ mutx: undefined }), ['mutx.credential']],
    [
      'two credentials',
      () => ({ mutx: { credential: { email: 'a@b.c', password: 'a password', token: 'a-long-token' } } }),
      ['mutx.credential.token'],
    ],
    [
      'half a credential',
      () => ({ mutx: { credential: { password: 'a password' } } }),
      ['mutx.credential.email'],
    ],
    [
      'a refresh token whose successor has no place',
      () => ({ mutx: { credential: { refreshToken: jwt('refresh') } } }),
      ['mutx.credential.successor'],
    ],
    [
      'a successor without a repository',
      () => ({ mutx: { credential: { refreshToken: jwt('refresh'), successor: 'MUTX_REFRESH_TOKEN' } } }),
      ['mutx.credential.successor'],
    ],
    [
      'a refresh token as a token',
      () => ({ mutx: { credential: { token: jwt('refresh') } } }),
      ['mutx.credential.token'],
    ],
    [
      'everything at once',
      () => ({ mutx: {}, github: {}, targets: ['x'], onQuota: 'never', dryrun: true }),
      ['dryrun', 'mutx.credential', 'github.token', 'targets', 'onQuota'],
    ],
  ])('is refused before anything is called: %s', async (_, options, paths) => {
    expect((await refused(options())).toSorted()).toEqual(paths.toSorted());
  });

  test('is named as it is called here, never as an input, and no credential is told', async () => {
    const error = await rotate({
      ...good,
      mutx: { credential: { token: 'ghp_0123456789abcdefABCDEF' } },
      visibility: 'selected',
      renewBefore: '7' as '7d',
    }).catch((thrown: unknown) => String(thrown));
    expect(error).toContain('`renewBefore` is not a duration (given: `7`)');
    expect(error).toContain('`selectedRepositories` is empty, but `visibility` is `selected`');
    expect(error).not.toMatch(/[a-z]-(?:jwt|before|repositories)`/u);
    expect(error).not.toContain('ghp_');
  });

  test('that has expired is told with the others', async () => {
    const token = emulator.mutx.issueAccessJwt(emulator.mutx.addUser());
    const [head, claims = '', signature] = token.split('.');
    const old = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), exp: 1_000 };
    const expired = [head, Buffer.from(JSON.stringify(old)).toString('base64url'), signature].join('.');
    expect(await refused({ mutx: { credential: { token: expired } }, expiresInDays: 0 })).toEqual([
      'mutx.credential.token',
      'expiresInDays',
    ]);
  });
});

describe('rotate', () => {
  test('tells its listeners, whose mistakes it does not mind, and prints no credential', async () => {
    const told: string[] = [];
    const masked: string[] = [];
    const tell = (text: string) => {
      told.push(text);
      throw new Error('of a listener');
    };
    const rejecting: () => unknown = () => Promise.reject(new Error('of a listener, later'));
    const result = await rotate({
      ...good,
      keyName: 'told',
      visibility: 'all',
      on: {
        event: rejecting,
        log: tell,
        warning: tell,
        request: tell,
        mask: (text) => masked.push(text),
      },
    });
    expect(result.kind).toBe('rotated');
    expect(told).toContain(
      'Check the options: `visibility` has no effect: no target is an organisation secret',
    );
    expect(told.find((text) => text.startsWith('MUTX: POST /v1/api-keys → 201'))).toBeDefined();
    expect(told.find((text) => /^Rotated: .*acme\/web/u.test(text))).toBeDefined();
    const stored = emulator.github.openSecret({ repository: 'acme/web' }, 'MUTX_API_KEY') ?? '';
    expect(emulator.mutx.accepts(stored)).toBe(true);
    expect(masked).toContain(stored);
    expect(masked.filter((secret) => told.some((text) => text.includes(secret)))).toEqual([]);
  });

  test('prints nothing itself, whether it works or fails', async () => {
    const streams = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation(() => true),
    );
    onTestFinished(() => void vi.restoreAllMocks());
    const worked = await rotate({ ...good, keyName: 'silent' });
    const failed = await rotate({ ...good, targets: ['acme/nowhere'] });
    const written = streams.flatMap((stream) => stream.mock.calls);
    vi.restoreAllMocks();
    expect([worked.kind, failed.kind]).toEqual(['rotated', 'failed']);
    expect(written).toEqual([]);
  });

  test('changes nothing in a dry run', async () => {
    const before = emulator.mutx.keys.length;
    const result = await rotate({ ...good, keyName: 'dry', dryRun: true });
    expect([result.kind, emulator.mutx.keys.length]).toEqual(['planned', before]);
  });

  test('says so when it gets no session', async () => {
    const credential = { email: 'nobody@example.com', password: 'a wrong password' };
    const result = await rotate({ ...good, mutx: { ...good.mutx, credential } });
    expect(result).toMatchObject({ kind: 'no-session', failure: { code: 'session-login-refused' } });
  });

  test('leaves no session behind when it fails', async () => {
    const before = emulator.mutx.sessions.length;
    const result = await rotate({ ...good, targets: ['acme/nowhere'] });
    expect(result).toMatchObject({ kind: 'failed', failure: { reason: 'preflight' } });
    expect(emulator.mutx.sessions.slice(before).map(({ ended }) => ended)).toEqual(['logged-out']);
  });

  test('stores the successor of a refresh token where it is told to', async () => {
    const refreshToken = emulator.mutx.issueRefreshToken(emulator.mutx.addUser({ plan: 'PRO' }));
    const successor = 'acme/web@production as NEXT';
    const credential = { refreshToken, successor };
    const result = await rotate({ ...good, keyName: 'refreshed', mutx: { ...good.mutx, credential } });
    expect(result.kind).toBe('rotated');
    const place = { repository: 'acme/web', environment: 'production' };
    expect(emulator.github.openSecret(place, 'NEXT')).toMatch(/^ey/u);
  });
});

describe('a client', () => {
  const client = (options: Partial<MutxClientOptions> = {}) =>
    new MutxClient({ mutx: good.mutx, ...options });

  test('makes, lists, tries, replaces and revokes keys', async () => {
    await using mutx = client();
    const made = await mutx.create('by a client', 1);
    expect([String(made.key), JSON.stringify(made.key)]).toEqual(['***', '"***"']);
    expect(await mutx.verify(made.key)).toBe(true);
    const next = await mutx.rotateInPlace(made.id);
    expect([await mutx.verify(made.key.expose()), await mutx.verify(next.key)]).toEqual([false, true]);
    expect(await mutx.revoke(next.id)).toBe('revoked');
    const mine = (await mutx.list()).filter(({ name }) => name === 'by a client');
    expect(mine.map(({ isActive }) => isActive)).toEqual([false, false]);
    expect(await mutx.account()).toEqual({ plan: 'PRO' });
  });

  test('opens one session however many calls there are, and ends it', async () => {
    const mutx = client();
    const before = emulator.ledger.entries.length;
    await Promise.all([mutx.list(), mutx.account(), mutx.list()]);
    await mutx.list();
    await mutx.close();
    await mutx.close();
    const auth = emulator.ledger.entries.slice(before).filter(({ path }) => /log(?:in|out)$/u.test(path));
    expect(auth.map(({ path }) => path)).toEqual(['/v1/auth/login', '/v1/auth/logout']);
    await expect(mutx.list()).rejects.toThrow('closed');
  });

  test('throws what failed, with its cause and without a credential', async () => {
    await using mutx = client();
    const error = await mutx.create('x', 400).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MutxCallError);
    expect(error).toMatchObject({ failure: { kind: 'refused', status: 422, call: 'POST /v1/api-keys' } });
    await using nobody = client({
      mutx: { ...good.mutx, credential: { email: 'nobody@example.com', password: 'a wrong password' } },
    });
    const refusal = await nobody.list().catch((thrown: unknown) => thrown);
    expect(refusal).toBeInstanceOf(MutxSessionError);
    expect(refusal).toMatchObject({ failure: { code: 'session-login-refused' } });
  });

  test('takes no 404 alone for a key that is gone', async () => {
    await using mutx = client();
    const made = await mutx.create('seems gone', 1);
    emulator.fault({ server: 'mutx', method: 'DELETE', what: 'refuse', status: 404 });
    const error = await mutx.revoke(made.id).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MutxCallError);
    expect(error).toMatchObject({ failure: { kind: 'unclear', status: 404 } });
    expect(await mutx.revoke(made.id)).toBe('revoked');
    expect(await mutx.revoke('8d7f0c52-0000-4000-8000-000000000000')).toBe('gone');
  });

  test.each(['', ' ', 'x'.repeat(256), 'a\0b', 'a\nb', '\ud800'])(
    'asks nothing for what cannot be the name of a key: %j',
    async (name) => {
      await using mutx = client();
      const before = emulator.ledger.entries.length;
      await expect(mutx.create(name, 1)).rejects.toThrow(InvalidOptionsError);
      expect(emulator.ledger.entries.slice(before)).toEqual([]);
    },
  );

  test.each(['', '.', '..', 'a/b'])('asks nothing for what cannot be an id: "%s"', async (id) => {
    await using mutx = client();
    const before = emulator.ledger.entries.length;
    await expect(mutx.revoke(id)).rejects.toThrow(InvalidOptionsError);
    await expect(mutx.rotateInPlace(id)).rejects.toThrow(InvalidOptionsError);
    expect(emulator.ledger.entries.slice(before).filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  test('needs a writer token for a refresh token, and refuses what it has no use for', () => {
    const credential = { refreshToken: 'x'.repeat(20), successor: 'acme/web as NEXT' };
    const options = { mutx: { credential }, targets: ['acme/web'] };
    const error = (() => {
      try {
        return new MutxClient(options);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect((error as InvalidOptionsError).problems.map(({ option }) => option)).toEqual([
      'targets',
      'github.token',
    ]);
  });
});
