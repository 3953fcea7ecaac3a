import { isMadeHere, targetOfDefaultName } from '../config/key-name.ts';
import { loadAccess } from '../config/load/access.ts';
import { keyNameComplaint } from '../config/load/key.ts';
import type { InputProblem } from '../config/problem.ts';
import type { CallFailure } from '../core/call.ts';
import { onlyIfNotDone } from '../core/retry.ts';
import type { Instant } from '../core/time.ts';
import { earlyFailure } from '../messages/failure.ts';
import { keyLines } from '../messages/key-list.ts';
import { revocationFailure, revokedIds } from '../messages/revocation/revocation.ts';
import { logRevocation } from '../messages/revocation/words.ts';
import { expiryText, instantText } from '../messages/words.ts';
import type { MutxClient } from '../mutx/client.ts';
import { isWrittenKeyId } from '../mutx/fields.ts';
import { revokeKeys } from '../revoke/revoke.ts';
import type { KeyRecord, MintedKey } from '../rotation/ports.ts';
import { works } from '../rotation/rules.ts';
import { isAccountRefused } from '../rotation/run.ts';
import { reportedCalls, twice } from './calls.ts';
import { type Connection, connect, inSession } from './connect.ts';
import type { CommandContext } from './context.ts';
import { handOn } from './outputs.ts';
import { usableInputs } from './usable-inputs.ts';

/** One of the four operations on keys as MUTX documents them. */
export type KeysOperation =
  /** `all`: those that were revoked, too, where MUTX still lists them. */
  /** `active`: only those that MUTX still accepts. */
  | {
      readonly kind: 'list';
      readonly name: string | undefined;
      readonly all: boolean;
      readonly active: boolean;
    }
  | { readonly kind: 'create'; readonly name: string; readonly expiresInDays: number }
  | {
      readonly kind: 'rotate';
      readonly id: string;
      readonly consent: Consent;
      /** Even a key that a rotation or a job of this tool has made. */
      readonly force: boolean;
    }
  | { readonly kind: 'revoke'; readonly id: string; readonly consent: Consent };

/** To the end of a key; a function asks for it, once the key is known. */
type Consent = 'given' | 'none' | ((question: string) => Promise<boolean>);

/** Runs one of them. The plaintext of a new key is the output `key`: whoever asks for a key is to have it. */
export function keysCommand(operation: KeysOperation): (context: CommandContext) => Promise<void> {
  return async (context) => {
    const access = await usableInputs(
      loadAccess(context.env, context.secrets),
      context,
      argumentProblems(operation, context),
    );
    if (access === undefined) return;
    const connection = connect(access, context);
    await inSession(connection, access, context, () => run(operation, connection, context));
  };
}

/** What MUTX would not take, whichever server it is. */
function argumentProblems(
  operation: KeysOperation,
  { secrets }: Pick<CommandContext, 'secrets'>,
): readonly InputProblem[] {
  switch (operation.kind) {
    case 'list':
      return [];
    case 'create': {
      const { name } = operation;
      const complaint = keyNameComplaint(name);
      if (complaint === undefined) return [];
      return [{ input: 'name', ...complaint, given: secrets.quote(name, 100), allowed: 'the name of a key' }];
    }
    case 'rotate':
    case 'revoke': {
      const consent = operation.consent === 'none' ? [WITHOUT_CONSENT[operation.kind]] : [];
      return [...idProblems(operation.id, secrets), ...consent];
    }
  }
}

const WITHOUT_CONSENT = {
  rotate: {
    input: '--yes',
    message: 'is missing: what uses the old key fails from now on, and there is no terminal to ask at',
    allowed: 'no value',
    fix: 'add `--yes` if that is meant; to replace the key that a secret holds without a gap, run `mutx-api-key rotate`',
  },
  revoke: {
    input: '--yes',
    message: 'is missing: what uses the key fails from now on, and there is no terminal to ask at',
    allowed: 'no value',
    fix: 'add `--yes` if that is meant',
  },
} as const satisfies Readonly<Record<'rotate' | 'revoke', InputProblem>>;

function idProblems(id: string, secrets: CommandContext['secrets']): readonly InputProblem[] {
  if (isWrittenKeyId(id)) return [];
  const message = 'is not the id of a key';
  const fix = 'copy the id from `mutx-api-key keys list`; by name, `mutx-api-key revoke` revokes keys';
  return [{ input: 'id', message, given: secrets.quote(id, 100), allowed: 'a UUID', fix }];
}

async function run(operation: KeysOperation, connection: Connection, context: CommandContext): Promise<void> {
  const { client } = connection;
  const call = reportedCalls(context);
  switch (operation.kind) {
    case 'list': {
      const reply = await call(() => client.list(true));
      return reply.ok ? listed(operation, reply.value, context) : failed(reply.failure, UNTOUCHED, context);
    }
    case 'create': {
      const { name, expiresInDays } = operation;
      const account = await call(() => client.account());
      if (!account.ok && isAccountRefused(account.failure)) {
        return failed(account.failure, UNTOUCHED, context, 'account-refused');
      }
      const reply = await call(() => client.create(name, expiresInDays), onlyIfNotDone);
      return reply.ok ? minted(reply.value, context) : failed(reply.failure, lostKey(reply.failure), context);
    }
    case 'rotate':
      return rotateInPlace(operation, client, context);
    case 'revoke':
      return revoke(operation, connection, context);
  }
}

/** The old key is dead before anything has the new one, so nothing is done before its name is known. */
async function rotateInPlace(
  { id, consent, force }: Extract<KeysOperation, { kind: 'rotate' }>,
  client: MutxClient,
  context: CommandContext,
): Promise<void> {
  const { sink, secrets, env, fail } = context;
  const call = reportedCalls(context);
  const list = await call(() => client.list(true));
  if (!list.ok) return failed(list.failure, UNTOUCHED, context);
  const old = list.value.find((key) => key.id.toLowerCase() === id.toLowerCase());
  const since = list.reading?.since;
  if (old === undefined && since !== undefined) {
    return fail(earlyFailure({ code: 'keys-unread', message: perhapsUnread(since), state: UNTOUCHED }));
  }
  if (old === undefined || !old.isActive) {
    const message = old === undefined ? 'no key of this account has this id' : 'the key is revoked already';
    return fail(earlyFailure({ code: 'no-such-key', message, state: UNTOUCHED }));
  }
  const name = secrets.quote(old.name, 255);
  if (isMadeHere(old.name) && !force) {
    const message = `key ${name} was made by this tool, and what holds it would fail until it has the new key`;
    return fail(earlyFailure({ code: 'key-in-a-secret', message, state: UNTOUCHED }));
  }
  const agreed =
    typeof consent !== 'function' ||
    (await consent(`Revoke key ${name} now? What uses it fails until it has the new key`));
  if (!agreed) return sink.line('Nothing was changed');
  const reply = await call(() => client.rotateInPlace(id), onlyIfNotDone);
  if (!reply.ok) return failed(aboutId(reply.failure), lostSuccessor(reply.failure, id), context);
  minted(reply.value, context);
  sink.warning({ title: `Key ${id} is dead`, message: afterReplacement(old.name, secrets, serverHost(env)) });
}

/** Of a list that was not read to its end, and does not show the id. */
function perhapsUnread(since: Instant): string {
  return `keys made before ${instantText(since)} were not read, so it is not known whether the id is of one of them`;
}

function serverHost({ GITHUB_SERVER_URL: url }: NodeJS.ProcessEnv): string {
  return URL.parse(url ?? '')?.host ?? 'github.com';
}

/** Which secret is dead now, as far as a name tells, and what to run. */
function afterReplacement(name: string, secrets: CommandContext['secrets'], host: string): string {
  const target = targetOfDefaultName(name, host);
  if (target === undefined) {
    return `what holds it fails now: put the new key there, or, if a rotation stores the key named ${secrets.quote(name, 255)}, run that rotation`;
  }
  const { label, secretName } = target;
  return `by its name, ${secretName} in ${label} holds it, and what uses that secret fails now: run \`mutx-api-key rotate --targets '${secrets.quote(`${label} as ${secretName}`, 300)}'\``;
}

/** As the action `revoke` does it: a 404 alone says nothing of a key, for any server has one. */
async function revoke(
  { id, consent }: Extract<KeysOperation, { kind: 'revoke' }>,
  { client, api }: Connection,
  context: CommandContext,
): Promise<void> {
  const { sink, gate, clock, fail } = context;
  if (typeof consent === 'function') {
    const warning = await beforeRevocation(id, client, context);
    if (warning !== undefined) {
      sink.line(warning);
      if (!(await consent('Revoke it for good?'))) return sink.line('Nothing was changed');
    }
  }
  const outcome = await revokeKeys(
    { selection: { by: 'ids', ids: [id] }, maxRevocations: 1, dryRun: false, ifNone: 'fail' },
    {
      keys: client,
      clock: gate.clock(clock),
      random: Math.random,
      mayRevokeItself: false,
      keepsRecords: () => api.generation === 'v1',
      report: (event) => logRevocation(event, sink),
    },
  );
  if (outcome.kind === 'failed')
    return fail(revocationFailure(outcome, { mayRevokeItself: false, now: clock.now() }));
  handOn([['revoked-key-ids', revokedIds(outcome.results)]], sink);
}

/**
 * What to know before a key is revoked. A list that cannot be read keeps nobody from revoking a leaked key.
 * @returns undefined: no key that works has this id, so nothing can break
 */
async function beforeRevocation(
  id: string,
  client: MutxClient,
  context: CommandContext,
): Promise<string | undefined> {
  const { secrets, env } = context;
  const list = await reportedCalls(context)(() => client.list(true), twice);
  if (!list.ok)
    return `! key ${id}: the keys could not be listed, so its name and what holds it are not known`;
  const key = list.value.find((one) => one.id.toLowerCase() === id.toLowerCase());
  const since = list.reading?.since;
  if (key === undefined && since !== undefined) return `! key ${id}: ${perhapsUnread(since)}`;
  if (key === undefined || !key.isActive) return undefined;
  const target = targetOfDefaultName(key.name, serverHost(env));
  const holder =
    target === undefined
      ? 'what uses it fails'
      : `by its name, ${target.secretName} in ${target.label} holds it, and what uses that secret fails`;
  return `! key ${id} is named ${secrets.quote(key.name, 255)}: ${holder} once it is revoked`;
}

const UNTOUCHED = ['nothing was changed'];

function lostKey({ kind }: CallFailure): readonly string[] {
  return kind === 'unclear'
    ? ['a key may have been made that nobody knows; `keys list` shows it, and it can be revoked']
    : UNTOUCHED;
}

/** There is an API at the address, most likely, and no such key. */
function aboutId(failure: CallFailure): CallFailure {
  if (failure.code !== 'mutx-not-found') return failure;
  return {
    ...failure,
    hint: 'check the id with `mutx-api-key keys list`: it has to be of an active key of this account. If it is, check `api-url`',
  };
}

function lostSuccessor({ kind }: CallFailure, id: string): readonly string[] {
  return kind === 'unclear'
    ? [
        `key ${id} may be revoked, and its successor made, whose plaintext nobody knows; \`keys list\` shows both`,
      ]
    : UNTOUCHED;
}

function listed(
  { name, all, active }: Extract<KeysOperation, { kind: 'list' }>,
  keys: readonly KeyRecord[],
  { sink, secrets, clock }: CommandContext,
): void {
  const now = clock.now();
  const shown = keys.filter(
    (key) => (active ? works(key, now) : all || key.isActive) && (name === undefined || key.name === name),
  );
  const rows = shown.map((key) => ({ ...key, name: secrets.quote(key.name, 255) }));
  for (const line of keyLines(rows)) sink.line(line);
  const time = (instant: number | undefined) => (instant === undefined ? null : instantText(instant));
  const json = rows.map(({ id, name: text, isActive, createdAt, expiresAt, lastUsed }) => ({
    id,
    name: text,
    'is-active': isActive,
    'created-at': time(createdAt),
    'expires-at': time(expiresAt),
    'last-used': time(lastUsed),
  }));
  handOn([['keys', JSON.stringify(json)]], sink);
}

function minted({ id, name, expiresAt, key }: MintedKey, { sink, secrets }: CommandContext): void {
  sink.notice({
    title: `Key ${id} (${secrets.quote(name, 255)}), ${expiryText(expiresAt)}`,
    message: 'MUTX shows it only this once',
  });
  const known = { 'key-id': id, 'key-name': secrets.quote(name, 255) };
  const ends = expiresAt === undefined ? {} : { 'expires-at': instantText(expiresAt) };
  handOn(Object.entries({ ...known, ...ends }), sink);
  sink.secretOutput('key', key);
}

function failed(
  failure: CallFailure,
  state: readonly string[],
  { fail }: CommandContext,
  code: string = failure.code,
): void {
  fail(earlyFailure({ code, message: failure.message, calls: [failure], state }));
}
