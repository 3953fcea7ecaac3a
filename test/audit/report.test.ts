import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAll } from '../../src/audit/find.ts';
import type { AuditPolicy } from '../../src/audit/policy.ts';
import type { AuditSnapshot } from '../../src/audit/snapshot.ts';
import { sparedBeside } from '../../src/audit/spared.ts';
import { findingsFailure, logAudit, tellFindings } from '../../src/messages/audit/audit.ts';
import { type AuditResult, reportJson } from '../../src/messages/audit/report.ts';
import { auditSummary, timeline } from '../../src/messages/audit/summary.ts';
import { sparedTexts, toldFinding } from '../../src/messages/audit/words.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { RecordingSink } from '../messages/recording-sink.ts';
import { DAY, key, START } from '../rotation/records.ts';
import { look, POLICY, secret } from './look.ts';
import { parseReport } from './schema.ts';

// Holds invariant 6 of docs/threat-model.md.

const secrets = new SecretRegistry(() => {});
const quote = (text: string, max = 100) => secrets.quote(text, max);

function resultOf(seen: AuditSnapshot, policy: Partial<AuditPolicy> = {}): AuditResult {
  const findings = findAll(seen, { ...POLICY, ...policy }).map((one) => toldFinding(one, seen.date, quote));
  const spared = sparedBeside(seen.keys, seen);
  return { look: seen, findings, keys: seen.keys, current: [], spared, keyName: undefined, notes: [] };
}

const never = (count: number) =>
  Array.from({ length: count }, (_, index) => key(`k${index}`, { name: `n${index}`, expiresIn: 'never' }));

/** One of each kind. */
const EVERYTHING: readonly AuditSnapshot[] = [
  look([key('a', { expiresIn: -DAY }), key('b', { name: 'b', age: 25 * DAY, expiresIn: DAY })], {
    secrets: [secret('acme/b', 25 * DAY, { keyName: 'b' })],
  }),
  look([key('a', { age: 31 * DAY, expiresIn: -DAY })], {
    secrets: ['w', 'x', 'y', 'z'].map((repo) => secret(`acme/${repo}`, 31 * DAY)),
  }),
  look([key('a', { age: 100 * DAY, expiresIn: 'never', usedAfter: DAY }), key('b', { age: 40 * DAY })], {
    plan: 'FREE',
    places: 2,
    tokenExpiresAt: START + DAY,
  }),
  look([key('a', { age: 20 * DAY, active: false })], { secrets: [secret('acme/web', 20 * DAY)] }),
  look(
    [key('a', { age: 20 * DAY }), key('b', { age: 2 * DAY }), key('c', { age: 3 * DAY, usedAfter: DAY })],
    {
      secrets: [secret('acme/web', 20 * DAY)],
    },
  ),
  look([key('a', { age: 2 * DAY })], { secrets: [secret('acme/web', 20 * DAY)] }),
  look([key('n', { age: 9 * DAY }), key('o', { age: 10 * DAY })], {
    secrets: [secret('acme/web', 9 * DAY), secret('acme/api', 10 * DAY), secret('acme/cli', undefined)],
  }),
  look([key('new', { age: 9 * DAY }), key('old', { age: 11 * DAY })], {
    secrets: [secret('acme/web', 9 * DAY)],
  }),
  ...[
    { first: false, second: false },
    { first: false, second: true },
    { first: true, second: false },
  ].map(({ first, second }) =>
    look([key('x', { active: first }), key('y', { age: DAY + 60_000, active: second })], {
      secrets: [secret('acme/web', DAY - 1_000)],
    }),
  ),
  look([], { secrets: [secret('acme/web', DAY), secret('acme/api', 1_000)] }),
  look([key('a', { age: 9 * DAY })], {
    secrets: [secret('acme/web', DAY), secret('org:acme', DAY, { shared: true })],
  }),
  look([key('w', { name: 'w', age: DAY + 1_000 })], { secrets: [secret('acme/web', DAY)] }),
];

describe('the report', () => {
  it('says of every kind of finding what is wrong, with what, and the fix; and is what its schema says', () => {
    const reports = EVERYTHING.map((seen) =>
      parseReport(reportJson(resultOf(seen, { unusedFor: 30 * DAY }), quote)),
    );
    const findings = reports.flatMap((report) => report.findings);
    expect([...new Set(findings.map(({ kind }) => kind))].sort()).toEqual([
      'duplicate-name',
      'expired-active',
      'expires-soon',
      'no-expiry',
      'orphaned',
      'quota',
      'secret-dead',
      'secret-doubtful',
      'secret-outdated',
      'too-old',
      'unused',
      'writer-token',
    ]);
    expect(findings.map(({ level, message }) => `${level}: ${message}`)).toMatchInlineSnapshot(`
      [
        "warning: key b (b) expires in 1 d, and is held by MUTX_API_KEY in acme/b",
        "notice: key gha/acme/web/MUTX_API_KEY (a) has expired and still takes a place of the plan",
        "error: key gha/acme/web/MUTX_API_KEY (a) has expired, and is held by MUTX_API_KEY in acme/w, MUTX_API_KEY in acme/x, MUTX_API_KEY in acme/y and MUTX_API_KEY in acme/z",
        "warning: key gha/acme/web/MUTX_API_KEY (a) never expires: a copy of it works for ever",
        "warning: key gha/acme/web/MUTX_API_KEY (a) is 100 days old",
        "warning: key gha/acme/web/MUTX_API_KEY (a) was not used for 99 days",
        "warning: key gha/acme/web/MUTX_API_KEY (b) was never used since it was made 40 days ago",
        "warning: 2 active keys are named gha/acme/web/MUTX_API_KEY: b and a",
        "warning: 2 of the 2 places in the plan FREE are taken for good; a rotation needs one more for a moment",
        "warning: the github-token expires at 2027-01-16T08:00:00Z; after that no secret can be read or written",
        "error: key gha/acme/web/MUTX_API_KEY (a) was revoked, and is held by MUTX_API_KEY in acme/web",
        "error: key gha/acme/web/MUTX_API_KEY (c) is used, although it was never stored in any target: somebody has a copy of it",
        "warning: key gha/acme/web/MUTX_API_KEY (b) was never stored in any target",
        "error: key gha/acme/web/MUTX_API_KEY (a) was made after the last write of MUTX_API_KEY in acme/web (2026-12-26T08:00:00Z): that holds no key that works",
        "error: key gha/acme/web/MUTX_API_KEY (n) is stored in other targets, and there is no MUTX_API_KEY in acme/cli",
        "warning: key gha/acme/web/MUTX_API_KEY (n) was made after the last write of MUTX_API_KEY in acme/api (2027-01-05T08:00:00Z): that holds an older key",
        "warning: key gha/acme/web/MUTX_API_KEY (old) was superseded and is in no target any more",
        "error: MUTX_API_KEY in acme/web was last written at 2027-01-14T08:00:01Z and holds one of 2 keys named gha/acme/web/MUTX_API_KEY, none of which works any more (x and y): what uses it gets 401",
        "warning: MUTX_API_KEY in acme/web was last written at 2027-01-14T08:00:01Z and holds one of 2 keys named gha/acme/web/MUTX_API_KEY, of which 1 does not work any more, the newest among them (x): what uses it may get 401",
        "notice: MUTX_API_KEY in acme/web was last written at 2027-01-14T08:00:01Z and holds one of 2 keys named gha/acme/web/MUTX_API_KEY, of which 1 does not work any more, the newest not among them (y): what uses it may get 401. Most likely it holds the newest, which works",
        "warning: MUTX_API_KEY in acme/web was last written at 2027-01-14T08:00:00Z, and no active key named gha/acme/web/MUTX_API_KEY could be in it: if a rotation wrote it, its key is revoked, and what uses it gets 401. If a person saved it by hand, it holds what they saved",
        "warning: MUTX_API_KEY in acme/api was last written at 2027-01-15T07:59:59Z, and no active key named gha/acme/web/MUTX_API_KEY could be in it: if a rotation wrote it, its key is revoked, and what uses it gets 401. If a person saved it by hand, it holds what they saved. Or a rotation is storing one just now",
        "warning: MUTX_API_KEY in acme/web was last written at 2027-01-14T08:00:00Z, and no active key named gha/acme/web/MUTX_API_KEY was made for it then: if a rotation wrote it, its key is revoked, and what uses it gets 401. If a person saved it again, it may hold an older key, which works",
        "notice: MUTX_API_KEY in org:acme was last written at 2027-01-14T08:00:00Z, and no active key named gha/acme/web/MUTX_API_KEY was made for it then: if a rotation wrote it, its key is revoked, and what uses it gets 401. If a person saved it again, or edited its visibility, it may hold an older key, which works",
        "warning: MUTX_API_KEY in acme/web was last written at 2027-01-14T08:00:00Z, and no key is named gha/acme/web/MUTX_API_KEY. Key w (w) was made about then and is active; whether the secret holds it is not known. If it holds another key, what uses it may get 401",
      ]
    `);
    for (const { fix } of findings) expect(fix).toMatch(/\w{3,}/u);
  });

  it('is bounded, and says how much it leaves out', () => {
    const many = look(never(1_000), {
      secrets: Array.from({ length: 300 }, (_, n) => secret(`acme/r${n}`, DAY)),
    });
    const text = reportJson(resultOf({ ...many, clocksApart: true }), quote);
    const { omitted, findings, keys, secrets: places } = parseReport(text);
    expect([omitted.findings + findings.length, omitted.keys + keys.length]).toEqual([1_000, 1_000]);
    expect(omitted.secrets + places.length).toBe(300);
    expect(Math.min(findings.length, keys.length, places.length)).toBeGreaterThan(150);
    expect(parseReport(text).counts).toEqual({ error: 0, warning: 1_000, notice: 0 });
    const namesakes = never(1_000).map((one, index) => ({
      ...one,
      name: 'n',
      createdAt: one.createdAt - (index + 60) * DAY,
    }));
    const lenient = { requireExpiry: false, maxAge: 0 };
    const alike = parseReport(reportJson(resultOf(look(namesakes), lenient), quote));
    const duplicates = alike.findings.find(({ kind }) => kind === 'duplicate-name');
    expect((duplicates?.keys.length ?? 0) + (duplicates?.keysOmitted ?? 0)).toBe(1_000);
    const longest = never(1_000).map((one) => ({
      ...one,
      id: one.id.padEnd(100, 'x'),
      name: '"'.repeat(255),
    }));
    // One finding about all of them, with characters of several bytes.
    const wide = longest.map((one) => ({ ...one, name: '€'.repeat(255) }));
    for (const seen of [many, look(longest), look(wide)]) {
      const report = reportJson(resultOf(seen), quote);
      const { findings: shown } = parseReport(report);
      expect(shown.length).toBeGreaterThan(0);
      expect(Buffer.byteLength(report)).toBeLessThanOrEqual(100 * 1_024);
      // What a later step reads from `env:`.
      expect(spawnSync(process.execPath, ['--version'], { env: { REPORT: report } }).status).toBe(0);
    }
  });

  it('holds no credential that somebody used as a name', () => {
    const name = `mutx_live_${'k'.repeat(43)}`;
    const result = resultOf(look([key('a', { name, expiresIn: 'never' })]));
    const text = reportJson({ ...result, keyName: name }, quote);
    expect(parseReport(text).keys).toMatchObject([{ name: '(withheld: the text holds a credential)' }]);
    expect(text + auditSummary(result, quote)).not.toContain(name);
  });

  it('says of a key that a rotation could not revoke yet what it is, and from when one can', () => {
    const name = 'a`b';
    const keys = [
      key('new', { name, age: 0 }),
      key('extra', { name, age: 60_000 }),
      key('far', { age: 60_000 }),
    ];
    const early = resultOf(look(keys));
    const until = '2027-01-15T08:14:00Z';
    expect(parseReport(reportJson(early, quote)).keys).toMatchObject([
      { id: 'new', sparedUntil: null },
      { id: 'extra', sparedUntil: until },
      { id: 'far', sparedUntil: null },
    ]);
    expect(early.findings).toEqual([]);
    const text = (which: string) =>
      `key ${name} (extra) was made less than 15 minutes before the newest key of its name, so that it was too young to be revoked then: another run might still have been storing it; ${which} revokes it, or begins its grace period`;
    const texts = (result: AuditResult) => sparedTexts(result.spared, result.look.date, quote);
    expect(texts(early)).toEqual([text(`a rotation after ${until}`)]);
    expect(auditSummary(early, quote)).toContain('- key a\\`b \\(extra\\) was made less than 15 minutes');
    const late = resultOf({ ...early.look, date: START + 14 * 60_000 + 1 });
    expect(texts(late)).toEqual([text('the next rotation')]);
    const many = Array.from({ length: 12 }, (_, n) => key(`k${n}`, { age: n }));
    expect(texts(resultOf(look(many)))).toHaveLength(11);
    expect(texts(resultOf(look(many))).at(-1)).toBe('and 1 more such key');
  });

  it('names what it could not look at, and an account without limit', () => {
    const seen = look([], { plan: 'ENTERPRISE', places: Number.POSITIVE_INFINITY });
    const report = parseReport(reportJson({ ...resultOf(seen), notes: ['clocks-apart'] }, quote));
    expect(report).toMatchObject({ notes: ['clocks-apart'], account: { plan: 'ENTERPRISE', places: null } });
  });
});

describe('the timeline', () => {
  const LINE =
    /^ {2}K\d+(?: [\p{L}\p{N} ./@_-]*)? :(?:active|done|crit), [\d-]{10} \d\d:\d\d, [\d-]{10} \d\d:\d\d$/u;

  const linesOf = (name: string) => {
    const seen = look([
      key('a', { name }),
      key('b', { name, expiresIn: 'never' }),
      key('c', { name, expiresIn: -1 }),
    ]);
    return timeline(resultOf(seen), quote).split('\n');
  };

  it('is a chart of the keys, those with a finding in red', () => {
    expect(linesOf('gha/acme/web/MUTX_API_KEY')).toEqual([
      '```mermaid',
      'gantt',
      '  dateFormat YYYY-MM-DD HH:mm',
      '  axisFormat %Y-%m-%d',
      '  section Keys',
      '  K1 gha/acme/web/MUTX_API_KEY :active, 2027-01-14 08:00, 2027-02-14 08:00',
      '  K2 gha/acme/web/MUTX_API_KEY never expires :crit, 2027-01-14 08:00, 2027-01-15 08:00',
      '  K3 gha/acme/web/MUTX_API_KEY :done, 2027-01-14 08:00, 2027-01-15 07:59',
      '```',
    ]);
  });

  it.each([
    'x :crit, 2020-01-01, 1d',
    '%%{init: {"theme":"dark"}}%%',
    'a\n```\n<script>alert(1)</script>',
    'click K1 href "javascript:alert(1)"',
    '#59; ; # {} [] <b>',
  ])('has its own lines only, whatever a key is called: %j', (name) => {
    const lines = linesOf(name);
    expect(lines).toHaveLength(9);
    for (const line of lines.slice(5, 8)) expect(line).toMatch(LINE);
  });

  it('has its own lines only, whatever a key is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const lines = linesOf(name);
        expect(lines).toHaveLength(9);
        for (const line of lines.slice(5, 8)) expect(line).toMatch(LINE);
      }),
      { numRuns: 300 },
    );
  });

  it('is bounded in rows and in time, and not there without keys', () => {
    const old = key('a', { age: 9_000 * DAY, expiresIn: 9_000 * DAY });
    expect(timeline(resultOf(look([old])), quote)).toContain(':crit, 2025-12-11 08:00, 2028-02-19 08:00');
    expect(timeline(resultOf(look(never(100))), quote).split('\n')).toHaveLength(46);
    expect(timeline(resultOf(look([])), quote)).toBe('');
  });
});

describe('the summary', () => {
  it('without findings, without keys', () => {
    const summary = auditSummary({ ...resultOf(look([])), notes: ['no-date', 'account-unreadable'] }, quote);
    expect(summary).toContain(
      '## ✅ MUTX API keys: nothing found\n\nLooked at 2027-01-15T08:00:00Z: no error, no warning, no notice.',
    );
    expect(summary).toContain("> MUTX sends no date with its replies\\: this machine\\'s clock was used");
    expect(summary).toContain('There is no active key.');
    expect(summary).not.toContain('mermaid');
  });

  it('shows findings, keys, secrets and the timeline', () => {
    const [seen = look([])] = EVERYTHING;
    const [first, second] = seen.keys;
    const summary = auditSummary({ ...resultOf(seen), current: [second] }, quote);
    expect(first?.id).toBe('a');
    expect(summary).toMatchInlineSnapshot(`
      "## MUTX API keys: 2 findings

      Looked at 2027-01-15T08:00:00Z: no error, 1 warning, 1 notice.

      |  | What is wrong | Since | Fix |
      | --- | --- | --- | --- |
      | ⚠️ warning | **Expires soon**: key b \\(b\\) expires in 1 d, and is held by MUTX\\_API\\_KEY in acme/b | 6 days ago (2027-01-09) | run the rotation of this key \\(\`mutx/api-key-action\`\\), and see why its schedule has not |
      | ℹ️ notice | **Expired, yet active**: key gha/acme/web/MUTX\\_API\\_KEY \\(a\\) has expired and still takes a place of the plan | 1 day ago (2027-01-14) | revoke it\\: \`mutx/api-key-action/revoke\` with \`key-ids: a\` |

      |  | Key | State | Created | Expires | Last used |
      | --- | --- | --- | --- | --- | --- |
      | K1 | \`gha/acme/web/MUTX_API_KEY\` \`a\` | expired | 1 day ago (2027-01-14) | 1 day ago (2027-01-14) | never |
      | K2 | \`b\` \`b\` | active | 25 days ago (2026-12-21) | in 1 day (2027-01-16) | never |

      | Target | Secret | Last written | Holds key |
      | --- | --- | --- | --- |
      | \`acme/b\` | \`MUTX_API_KEY\` | 25 days ago (2026-12-21) | \`b\` \`b\` |

      \`\`\`mermaid
      gantt
        dateFormat YYYY-MM-DD HH:mm
        axisFormat %Y-%m-%d
        section Keys
        K1 gha/acme/web/MUTX_API_KEY :done, 2027-01-14 08:00, 2027-01-14 08:01
        K2 b :crit, 2026-12-21 08:00, 2027-01-16 08:00
      \`\`\`
      "
    `);
  });

  it("fits GitHub's page: at most six columns, times as days, and the first part of a long id", () => {
    const id = '3f2a9c1e-7b4d-4e8a-9a55-0123456789ab';
    const seen = look([key(id, { age: 20 * DAY })], { secrets: [secret('acme/web', 20 * DAY)] });
    const result = { ...resultOf(seen), current: seen.keys };
    const summary = auditSummary(result, quote);
    const rows = summary.split('\n').filter((line) => line.startsWith('|'));
    expect(Math.max(...rows.map((row) => row.split(' | ').length))).toBeLessThanOrEqual(6);
    expect(rows.join('\n')).not.toMatch(/\dT\d\d:/u);
    expect(rows.at(-1)).toContain('20 days ago (2026-12-26) | `gha/acme/web/MUTX_API_KEY` `3f2a9c1e…` |');
    expect(parseReport(reportJson(result, quote)).keys.map((one) => one.id)).toEqual([id]);
  });

  it('is bounded', () => {
    const secretsOf = Array.from({ length: 300 }, (_, n) => secret(`acme/r${n}`, n === 0 ? undefined : DAY));
    const seen = look(never(1_000), { secrets: secretsOf, clocksApart: true });
    const summary = auditSummary(resultOf(seen), quote);
    expect(summary).toContain('… and 900 more');
    expect(summary).toContain('… and 200 more');
    expect(summary).toContain('The timeline shows the first 40 keys');
    expect(Buffer.byteLength(summary)).toBeLessThan(200_000);
  });
});

describe('the annotations', () => {
  it('are one for each finding, by its level', () => {
    const sink = new RecordingSink();
    const [seen = look([])] = EVERYTHING;
    tellFindings(resultOf(seen).findings, sink);
    expect(sink.calls).toEqual([
      'Found: no error, 1 warning, 1 notice',
      expect.stringMatching(
        /^warning Expires soon: key b \(b\) expires in 1 d.*since.*Fix: run the rotation/u,
      ),
      expect.stringMatching(/^notice Expired, yet active: key/u),
    ]);
  });

  it('are as many as GitHub shows; the last says how many more there are', () => {
    const sink = new RecordingSink();
    tellFindings(resultOf(look(never(600))).findings, sink);
    const warnings = sink.calls.filter((call) => call.startsWith('warning '));
    expect(warnings).toHaveLength(9);
    expect(warnings.at(-1)).toContain('592 more findings of this level');
    expect(sink.calls.filter((call) => call.startsWith('warning: '))).toHaveLength(500);
  });

  it('without a date, where nobody knows since when', () => {
    const sink = new RecordingSink();
    tellFindings(
      resultOf(look([key('a', { age: 20 * DAY, active: false })], { secrets: [secret('a/b', 20 * DAY)] }))
        .findings,
      sink,
    );
    expect(sink.calls.at(-1)).toContain('MUTX_API_KEY in a/b. Fix: run');
  });

  it('say what could not be looked at', () => {
    const sink = new RecordingSink();
    const failure = {
      kind: 'refused',
      service: 'mutx',
      call: 'GET /v1/auth/me',
      status: 403,
      code: 'x',
      message: 'no',
      retryable: false,
    } as const;
    logAudit({ type: 'note', note: 'account-unreadable', failure }, sink);
    logAudit({ type: 'note', note: 'clocks-apart' }, sink);
    logAudit({ type: 'retrying', failure, attempt: 1, wait: 5 }, sink);
    logAudit({ type: 'listed', active: 2, ms: 5 }, sink);
    logAudit({ type: 'secrets-read', secrets: 1, ms: 5 }, sink);
    expect(sink.calls).toEqual([
      expect.stringMatching(/^warning The audit is not complete: .* places: no$/u),
      expect.stringMatching(/^warning The audit is not complete: the clocks/u),
      expect.stringContaining('try 2 in 5 ms'),
      '✓ keys listed: 2 active keys (5 ms)',
      '✓ dates of 1 secret read (5 ms)',
    ]);
  });
});

describe('fail-on', () => {
  const findings = EVERYTHING.flatMap((seen) => resultOf(seen).findings);
  const only = (level: string) => findings.filter((finding) => finding.level === level);

  it.each([
    ['none', 'error', false],
    ['warning', 'notice', false],
    ['warning', 'warning', true],
    ['warning', 'error', true],
    ['error', 'warning', false],
    ['error', 'error', true],
  ] as const)('%s, and there is a finding of level %s: fails is %s', (failOn, level, fails) => {
    expect(findingsFailure(only(level), failOn) !== undefined).toBe(fails);
  });

  it('says how many findings it was, and that nothing was changed', () => {
    const failure = findingsFailure(resultOf(look(never(12))).findings, 'warning');
    expect(failure?.message).toBe('the audit found 12 things that `fail-on: warning` does not let pass');
    expect(failure?.state).toEqual(['nothing was changed: an audit only reads']);
  });
});
