import { describe, expect, it } from 'vitest';
import { beforeWrite, type CallContext } from '../../src/github/call-failure.ts';
import { badReply, failureOf } from '../../src/github/failures.ts';
import { permissionFor } from '../../src/github/targets/permissions.ts';
import type { HttpBody, HttpReply } from '../../src/http/result.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';

// Holds invariant 3 of docs/threat-model.md.

const TOKEN = 'github_pat_11ABCDEF';
const secrets = new SecretRegistry(() => {});
secrets.admit(TOKEN);

const context: CallContext = {
  call: 'PUT /repos/acme/web/actions/secrets/MUTX_API_KEY',
  target: 'acme/web',
  reach: { owner: 'acme', repository: 'web' },
  permission: permissionFor({
    kind: 'repository',
    store: 'actions',
    owner: 'acme',
    repo: 'web',
    secretName: 'MUTX_API_KEY',
    label: 'acme/web',
  }),
  secrets,
};

const github = (message: string): HttpBody => ({
  kind: 'json',
  value: { message, documentation_url: 'https://docs.github.com/rest', status: '400' },
});
const page: HttpBody = { kind: 'other', text: '<html><h1>403 Forbidden</h1></html>' };
const empty: HttpBody = { kind: 'empty' };

function reply(status: number, body: HttpBody, headers: Readonly<Record<string, string>> = {}): HttpReply {
  return { kind: 'reply', status, body, headers: new Map(Object.entries(headers)), date: 0, ms: 1 };
}

function causeOf(...args: Parameters<typeof reply>) {
  return failureOf(reply(...args), context);
}

describe('a reply that says no', () => {
  it.each([
    [401, 'Bad credentials', 'github-bad-credentials'],
    [404, 'Not Found', 'github-not-found'],
    [409, 'Conflict', 'github-refused'],
    [410, 'Gone', 'github-refused'],
    [422, 'Validation Failed', 'github-validation'],
    [301, 'Moved Permanently', 'github-redirect'],
    [307, 'Temporary Redirect', 'github-redirect'],
    [403, 'Repository was archived so is read-only.', 'github-archived'],
    [403, 'Resource not accessible by integration', 'github-token-cannot-write'],
    [403, 'Resource not accessible by personal access token', 'github-missing-permission'],
    [403, 'Must have admin rights to Repository.', 'github-missing-permission'],
    [403, 'Although you appear to have the correct authorization credentials …', 'github-forbidden'],
  ])('%i %s is a refusal: %s', (status, message, code) => {
    expect(causeOf(status, github(message))).toMatchObject({
      kind: 'refused',
      service: 'github',
      call: context.call,
      status,
      code,
      retryable: false,
    });
  });

  it('of a token that is not valid names the permission, and where the new one goes', () => {
    expect(causeOf(401, github('Bad credentials')).hint).toMatch(
      /^make a new token with "Secrets: Read and write" for acme\/web, at https:\S+ .* put it into the secret that `github-token` reads \(at a shell: `MUTX_GITHUB_TOKEN`\)$/u,
    );
    const organisation = { ...context, reach: { owner: 'acme', repository: undefined } };
    expect(failureOf(reply(401, github('Bad credentials')), organisation).hint).toContain(' for acme, at ');
  });

  const agents = permissionFor({
    kind: 'repository',
    store: 'agents',
    owner: 'acme',
    repo: 'web',
    secretName: 'MUTX_API_KEY',
    label: 'agents:acme/web',
  });

  it.each([
    ['"2026-03-10" is not a valid API version', agents, 'github-agents-unknown'],
    ['Problems parsing JSON', agents, 'github-refused'],
    ['"2022-11-28" is not a valid API version', context.permission, 'github-refused'],
  ])("400 %s: only agents' secrets can be unknown to a server (%#)", (message, permission, code) => {
    expect(failureOf(reply(400, github(message)), { ...context, permission })).toMatchObject({
      kind: 'refused',
      code,
      message: expect.stringContaining(message.slice(-12)),
      retryable: false,
    });
  });

  it('names the target on whose behalf the call was made', () => {
    expect(causeOf(404, github('Not Found')).target).toBe('acme/web');
  });

  it('names the permission from the header, and how to get it', () => {
    const failure = causeOf(403, github('Resource not accessible by integration'), {
      'x-accepted-github-permissions': 'secrets=read; environments=write',
    });
    expect(failure.message).toContain(
      'GITHUB_TOKEN, which can never write secrets whatever `permissions:` says',
    );
    expect(failure.message).toContain('"Secrets: Read and write" or "Environments: Read and write"');
    expect(failure.hint).toContain('actions/create-github-app-token');
    expect(failure.hint).toContain('permission-secrets: write');
  });

  it('tells that single sign-on is the matter, and never the link, which authorises', () => {
    const failure = causeOf(403, github('Resource protected by organization SAML enforcement.'), {
      'x-github-sso': 'required; url=https://github.com/orgs/acme/sso?authorization_request=SECRET',
    });
    expect(failure).toMatchObject({ kind: 'refused', code: 'github-saml' });
    expect(JSON.stringify(failure)).not.toContain('authorization_request');
  });

  it.each([
    [429, {}, 60_000],
    [403, { 'retry-after': '30' }, 30_000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '90' }, 90_000],
  ])('%i with %j is a rate limit', (status, headers, retryAfter) => {
    expect(causeOf(status, github('You have exceeded a rate limit'), headers)).toMatchObject({
      kind: 'throttled',
      code: 'github-rate-limited',
      retryable: true,
      retryAfter,
    });
  });
});

describe('a limit', () => {
  const limits = [
    ['a page', 429, page, {}],
    ['text', 429, { kind: 'other', text: 'Too Many Requests' }, {}],
    ['nothing', 429, empty, {}],
    ['words and no counters', 403, github('API rate limit exceeded for user ID 1.'), {}],
    [
      'words and a permission',
      403,
      github('You have exceeded a secondary rate limit.'),
      { 'x-accepted-github-permissions': 'secrets=write' },
    ],
  ] as const;
  it.each(limits)(
    'that comes with %s is never told as a permission or a page',
    (_, status, body, headers) => {
      const failure = causeOf(status, body, headers);
      expect(failure).toMatchObject({ kind: 'throttled', code: 'github-rate-limited', retryAfter: 60_000 });
      expect(failure).not.toHaveProperty('needs');
      expect(JSON.stringify(failure)).not.toMatch(/Secrets:|page/u);
    },
  );

  it.each(['90', 'Thu, 01 Jan 1970 00:01:30 GMT'])(
    'of a server that is not well names its time: %s',
    (asked) => {
      expect(causeOf(503, empty, { 'retry-after': asked })).toMatchObject({
        kind: 'unclear',
        code: 'github-server-error',
        retryAfter: 90_000,
      });
    },
  );
});

describe('a reply that proves nothing', () => {
  it.each([
    [500, github('Server Error'), 'github-server-error', true],
    [502, page, 'github-server-error', true],
    [503, empty, 'github-server-error', true],
    [408, empty, 'github-server-error', true],
    [200, page, 'github-proxy-page', true],
    [403, page, 'github-proxy-page', false],
    [401, page, 'github-proxy-page', false],
    [404, page, 'github-proxy-page', false],
    [302, page, 'github-redirect', false],
    [403, empty, 'github-bad-reply', false],
    [404, { kind: 'json', value: { error: 'x' } }, 'github-bad-reply', false],
    [404, { kind: 'json', value: null }, 'github-bad-reply', false],
    [404, { kind: 'json', value: { message: 7 } }, 'github-bad-reply', false],
    [200, github('Hello'), 'github-bad-reply', false],
  ] as const)('%i %j is unclear', (status, body, code, retryable) => {
    expect(causeOf(status, body)).toMatchObject({ kind: 'unclear', status, code, retryable });
  });

  it('has the wrong content for its status', () => {
    expect(badReply(reply(200, github('x')), context)).toMatchObject({
      kind: 'unclear',
      status: 200,
      code: 'github-bad-reply',
    });
  });
});

describe('no reply', () => {
  it('of a rest that is not over says that no request was sent, and is no answer of GitHub', () => {
    expect(failureOf({ kind: 'resting', wait: 39_500 }, context)).toEqual({
      service: 'github',
      call: context.call,
      target: context.target,
      status: undefined,
      kind: 'throttled',
      code: 'github-rate-limited',
      message: 'no request was sent: GitHub has asked for a rest, of which 40 s are left',
      retryAfter: 39_500,
      retryable: true,
    });
  });

  it.each([
    ['timeout', 'github-timeout', true],
    ['reset', 'github-lost-reply', true],
    ['cut-off', 'github-bad-reply', true],
    ['bad-http', 'github-bad-reply', true],
    ['too-large', 'github-bad-reply', false],
    ['compressed', 'github-bad-reply', false],
  ] as const)('%s: may have been done', (code, expected, retryable) => {
    expect(failureOf({ kind: 'lost', code, message: 'gone' }, context)).toMatchObject({
      kind: 'unclear',
      status: undefined,
      code: expected,
      message: 'gone',
      retryable,
    });
  });

  it.each([
    ['unknown-host', 'github-unknown-host', false],
    ['unreachable', 'github-unreachable', true],
    ['tls', 'github-tls-refused', false],
    ['proxy-setting', 'github-proxy-setting', false],
    ['proxy-unreachable', 'github-proxy-unreachable', true],
    ['proxy-refused', 'github-proxy-refused', false],
    ['timeout', 'github-unreachable', true],
  ] as const)('%s: nothing was sent (%s), and whether it may pass is known', (code, expected, retryable) => {
    expect(failureOf({ kind: 'not-sent', code, message: 'no route', retryable }, context)).toMatchObject({
      kind: 'not-sent',
      code: expected,
      message: 'no route',
      retryable,
    });
  });

  it('because the guard said no: may not be tried again', () => {
    const result = { kind: 'not-sent', code: 'not-started', message: 'x', retryable: false } as const;
    expect(failureOf(result, context)).toMatchObject({
      kind: 'not-sent',
      code: 'github-write-deadline',
      message: 'the time for writing was over, so nothing was sent',
      retryable: false,
    });
  });
});

describe("the server's own words", () => {
  it('are told on one line, and bounded', () => {
    const failure = causeOf(422, github(`bad\n::add-mask::x\u001b[2J${'y'.repeat(1_000)}`));
    expect(failure.message).not.toMatch(/\p{Cc}/u);
    expect(failure.message.length).toBeLessThanOrEqual(200);
  });

  it.each([401, 403, 409, 422, 429, 500])('are withheld where they hold a credential (%i)', (status) => {
    const failure = causeOf(status, github(`you sent ${TOKEN}`), { 'x-github-request-id': TOKEN });
    expect(JSON.stringify(failure)).not.toContain(TOKEN);
  });

  it('come with the request id', () => {
    const failure = causeOf(500, empty, { 'x-github-request-id': 'C0DE:1\n2' });
    expect(failure.requestId).toBe('C0DE:1 2');
    expect(causeOf(500, empty)).not.toHaveProperty('requestId');
  });
});

describe('a failure before a write', () => {
  it.each([
    [causeOf(403, github('no')), 'refused'],
    [causeOf(500, empty), 'not-sent'],
    [causeOf(429, github('slow down')), 'not-sent'],
    [failureOf({ kind: 'lost', code: 'timeout', message: '' }, context), 'not-sent'],
  ] as const)('leaves the write itself undone (%#)', (failure, kind) => {
    expect(beforeWrite(failure)).toEqual({ ...failure, kind });
  });
});
