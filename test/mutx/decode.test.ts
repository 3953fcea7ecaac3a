import { expect, test } from 'vitest';
import { decodeId, decodeKeyPage, decodeMintedKey, decodePlan } from '../../src/mutx/decode.ts';
import { decoded as decodedBy } from '../../src/mutx/fields.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';

// Holds invariant 1 of docs/threat-model.md.

const row = {
  id: '0b1c5b1e-6a0d-4f7c-8f0e-2d8f3c1a9b10',
  name: 'gha/acme/web/MUTX_API_KEY',
  last_used: null,
  created_at: '2026-03-12T10:00:00.123456',
  expires_at: '2026-04-11T10:00:00.123456',
  is_active: true,
};
const record = {
  id: row.id,
  name: row.name,
  lastUsed: undefined,
  createdAt: Date.UTC(2026, 2, 12, 10, 0, 0, 123),
  expiresAt: Date.UTC(2026, 3, 11, 10, 0, 0, 123),
  isActive: true,
};
const page = (items: unknown) => ({ items, total: 1, skip: 0, limit: 100, has_more: false });

test('a page of v1, and the whole list of the documented API', () => {
  expect(decodeKeyPage(page([row]))).toEqual({
    ok: true,
    value: { keys: [record], hasMore: false, total: 1 },
  });
  expect(decodeKeyPage([row, row])).toEqual({
    ok: true,
    // A key that comes twice is one.
    value: { keys: [record, record], hasMore: false, total: 1 },
  });
});

test('what may be null may be missing; what is not known is passed over', () => {
  const { last_used: _, expires_at: __, ...rest } = row;
  const decoded = decodeKeyPage([{ ...rest, scopes: ['a'] }]);
  expect(decoded).toMatchObject({
    ok: true,
    value: { keys: [{ expiresAt: undefined, lastUsed: undefined }] },
  });
});

test('names that prototypes have are fields like any other', () => {
  const json = JSON.parse(
    `{"items":[${JSON.stringify(row).replace('{', '{"__proto__":{"is_active":false},"constructor":1,"toString":2,')}],"total":1,"has_more":false,"__proto__":{"total":9}}`,
  );
  expect(decodeKeyPage(json)).toMatchObject({ ok: true, value: { keys: [record], total: 1 } });
  const inherited = Object.create({ ...row }) as unknown;
  expect(decodeKeyPage([inherited])).toMatchObject({ ok: false });
});

test('a name is passed on as it is: to whom it belongs is decided by comparing exactly', () => {
  const name = 'gha/acme/web/MUTX_API_KEY\u200b\n';
  expect(decodeKeyPage([{ ...row, name }])).toMatchObject({ value: { keys: [{ name }] } });
});

test.each([
  ['a text', 'hello', 'the reply is not an object'],
  ['null', null, 'the reply is not an object'],
  ['no items', { total: 0, has_more: false }, 'the reply.items is not a list'],
  ['no has_more', { items: [], total: 0 }, 'the reply.has_more is not true or false'],
  ['a negative total', { ...page([]), total: -1 }, 'the reply.total is not a whole number'],
  ['half a total', { ...page([]), total: 0.5 }, 'the reply.total is not a whole number'],
  ['a total in quotes', { ...page([]), total: '1' }, 'the reply.total is not a whole number'],
  ['a row that is none', page([row, 1]), 'items[1] is not an object'],
  ['a row that is a list', [[]], 'the reply[0] is not an object'],
  ['an id that is a number', [{ ...row, id: 7 }], 'the reply[0].id is not a string'],
  [
    'an id for another path',
    [{ ...row, id: '../auth' }],
    'the reply[0].id does not have the form that it should have',
  ],
  ['an empty id', [{ ...row, id: '' }], 'the reply[0].id does not have the form that it should have'],
  [
    'an endless id',
    [{ ...row, id: 'a'.repeat(101) }],
    'the reply[0].id does not have the form that it should have',
  ],
  [
    'an id that looks like a key',
    [{ ...row, id: `mutx_live_0123456789ab_${'A'.repeat(43)}` }],
    'the reply[0].id does not have the form that it should have',
  ],
  ['an id and a line', [{ ...row, id: 'a\n' }], 'the reply[0].id does not have the form that it should have'],
  ['no name', [{ ...row, name: null }], 'the reply[0].name is not a string'],
  ['no time', [{ ...row, created_at: 'soon' }], 'the reply[0].created_at is not a timestamp'],
  ['a time as a number', [{ ...row, expires_at: 1 }], 'the reply[0].expires_at is not a string'],
  ['active or so', [{ ...row, is_active: 1 }], 'the reply[0].is_active is not true or false'],
])('refused, naming the field: %s', (_, json, problem) => {
  expect(decodeKeyPage(json)).toEqual({ ok: false, problem });
});

const KEY = 'mutx_live_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const made = { ...row, key: KEY };

test('a key of white space is none, and the runner is not told to mask it', () => {
  const { decoded, masked } = mintedFrom({ ...made, key: ' '.repeat(40) });
  expect(decoded).toMatchObject({ ok: false });
  expect(masked).toEqual([]);
});

function mintedFrom(json: unknown, name = row.name) {
  const masked: string[] = [];
  const secrets = new SecretRegistry((form) => masked.push(form));
  return { decoded: decodeMintedKey(json, name, secrets), masked, secrets };
}

test('a minted key is masked, and travels as a Secret', () => {
  const { decoded, masked } = mintedFrom(made);
  expect(masked).toContain(KEY);
  const { lastUsed: _, isActive: __, ...rest } = record;
  expect(decoded).toEqual({ ok: true, value: { ...rest, key: expect.anything() } });
  expect(decoded.ok && decoded.value.key.expose()).toBe(KEY);
  expect(JSON.stringify(decoded)).not.toContain(KEY);
});

test.each([
  ['no created_at', { ...made, created_at: undefined }, 'the reply.created_at is not a string'],
  ['another name', { ...made, name: `${row.name} ` }, 'the reply.name is not what was asked for'],
  [
    'a name and a pattern',
    { ...made, name: 'gha.acme.web.MUTX_API_KEY' },
    'the reply.name is not what was asked for',
  ],
  ['no id', { ...made, id: null }, 'the reply.id is not a string'],
])('a reply that cannot be used has its key masked all the same: %s', (_, json, problem) => {
  const { decoded, masked } = mintedFrom(json);
  expect(decoded).toEqual({ ok: false, problem });
  expect(masked).toContain(KEY);
});

test.each([
  ['missing', undefined, 'is not a string'],
  ['a number', 12_345_678, 'is not a string'],
  ['empty', '', 'does not have the form that it should have'],
  ['two words', 'mutx_live_aaaa bbbb', 'does not have the form that it should have'],
  ['a line', `${KEY}\n`, 'does not have the form that it should have'],
  ['not ASCII', `${KEY}é`, 'does not have the form that it should have'],
  ['endless', 'k'.repeat(4_097), 'does not have the form that it should have'],
])('a key that is %s is told without it', (_, key, problem) => {
  const { decoded, masked, secrets } = mintedFrom({ ...made, key });
  expect(decoded).toEqual({ ok: false, problem: `the reply.key ${problem}` });
  // What has the shape of one is hidden from the log all the same, and no more than that.
  expect(masked.filter((form) => form.startsWith('mutx'))).toEqual(String(key).includes(KEY) ? [KEY] : []);
  if (typeof key === 'string' && key !== '') {
    expect(secrets.quote(`who is ${key}?`)).toBe('(withheld: the text holds a credential)');
  }
});

test.each([
  'k',
  'the',
  'mutx_li',
  'a\nb\nc\nd\ne\nf\ng\nh',
  '\n',
  'organisation-secrets',
  'MUTX_API_KEY_OF_ACME',
  'https://api.mutx.dev/v1',
  'aaaaaaaaaaaaaaaaaaa1',
  'eyJh.Abc1defghij2.internal_server_error',
  'Mutx1-web-of-Acme/MUTX_API_KEY',
])('a key like %j is refused without masking it', (key) => {
  const named = { ...made, name: `gha/${key}` };
  const { decoded, masked } = mintedFrom({ ...named, key }, named.name);
  expect(decoded).toEqual({
    ok: false,
    problem: 'the reply.key does not have the form that it should have',
  });
  expect(masked).toEqual([]);
});

test('a credential that is known already is not a new key', () => {
  const secrets = new SecretRegistry(() => {});
  const bearer = secrets.admit('the-bearer-of-this-session');
  const decoded = decodeMintedKey({ ...made, key: bearer.expose() }, row.name, secrets);
  expect(decoded).toEqual({
    ok: false,
    problem: 'the reply.key does not have the form that it should have',
  });
  expect(decodeMintedKey(made, row.name, secrets)).toMatchObject({ ok: true });
  expect(decodeMintedKey(made, row.name, secrets)).toMatchObject({ ok: false });
});

test('a key in place of its id is refused, also where only the id is left of the reply', () => {
  expect(mintedFrom({ ...made, id: KEY }).decoded).toMatchObject({ ok: false });
  expect(decodeId({ ...made, id: KEY })).toBeUndefined();
});

test('the plan, cleaned; none where the server does not say', () => {
  const secrets = new SecretRegistry(() => {});
  expect(decodePlan({ plan: 'FREE' }, secrets)).toEqual({ ok: true, value: 'FREE' });
  expect(decodePlan({ plan: 'PRO\n::error::' }, secrets)).toEqual({ ok: true, value: 'PRO ::error::' });
  expect(decodePlan({ email: 'a@b.c' }, secrets)).toEqual({ ok: true, value: undefined });
  expect(decodePlan({ plan: null }, secrets)).toEqual({ ok: true, value: undefined });
  expect(decodePlan({ plan: 1 }, secrets)).toEqual({ ok: false, problem: 'the reply.plan is not a string' });
  expect(decodePlan([], secrets)).toEqual({ ok: false, problem: 'the reply is not an object' });
});

test('a decoder’s own mistake is not taken for the server’s', () => {
  const mistaken = () => {
    throw new RangeError('a bug');
  };
  expect(() => decodedBy(mistaken)).toThrow(RangeError);
});
