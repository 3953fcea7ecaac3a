import { keyNameComplaint } from '../inputs/given-key-name.ts';
import { loadAccess } from '../inputs/load-access.ts';
import type { InputProblem } from '../inputs/loaded.ts';
import { isWrittenKeyId } from '../mutx/key-id.ts';
import { earlyFailure } from '../report/failure.ts';
import { keyLines } from '../report/key-list.ts';
import { revocationFailure, revokedIds } from '../report/revocation.ts';
import { logRevocation } from '../report/revocation-words.ts';
import { expiryText, instantText } from '../report/words.ts';
import { revokeKeys } from '../revoke/revoke.ts';
import type { CallFailure, KeyRecord, MintedKey } from '../rotation/ports.ts';
import { onlyIfNotDone } from '../rotation/retry.ts';
import { toldCalls } from './calls.ts';
import { type Connection, connect } from './connect.ts';
import type { VerbContext } from './context.ts';
import { handOn } from './hand-on.ts';
import { inSession } from './in-session.ts';
import { usableInputs } from './usable-inputs.ts';

/** One of the four operations on keys as MUTX documents them. */
export type KeysOperation =
  /** `all`: those that were revoked, too, where MUTX still lists them. */
  | { readonly kind: 'list'; readonly name: string | undefined; readonly all: boolean }
  | { readonly kind: 'create'; readonly name: string; readonly expiresInDays: number }
  | { readonly kind: 'rotate'; readonly id: string }
  | { readonly kind: 'revoke'; readonly id: string };

/** Runs one of them. The plaintext of a new key is the output `key`: whoever asks for a key is to have it. */
export function keysVerb(operation: KeysOperation): (context: VerbContext) => Promise<void> {
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
  { secrets }: Pick<VerbContext, 'secrets'>,
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
      const { id } = operation;
      if (isWrittenKeyId(id)) return [];
      const message = 'is not the id of a key';
      const fix = 'copy the id from `mutx-api-key keys list`; by name, `mutx-api-key revoke` revokes keys';
      return [{ input: 'id', message, given: secrets.quote(id, 100), allowed: 'a UUID', fix }];
    }
  }
}

async function run(operation: KeysOperation, connection: Connection, context: VerbContext): Promise<void> {
  const { client } = connection;
  const call = toldCalls(context);
  switch (operation.kind) {
    case 'list': {
      const reply = await call(() => client.list(true));
      return reply.ok ? listed(operation, reply.value, context) : failed(reply.failure, UNTOUCHED, context);
    }
    case 'create': {
      const { name, expiresInDays } = operation;
      const reply = await call(() => client.create(name, expiresInDays), onlyIfNotDone);
      return reply.ok ? minted(reply.value, context) : failed(reply.failure, lostKey(reply.failure), context);
    }
    case 'rotate': {
      const reply = await call(() => client.rotateInPlace(operation.id), onlyIfNotDone);
      return reply.ok
        ? minted(reply.value, context)
        : failed(aboutId(reply.failure), lostSuccessor(reply.failure, operation.id), context);
    }
    case 'revoke':
      return revoke(operation.id, connection, context);
  }
}

/** As the action `revoke` does it: a 404 alone says nothing of a key, for any server has one. */
async function revoke(id: string, { client, api }: Connection, context: VerbContext): Promise<void> {
  const { sink, gate, clock, fail } = context;
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
  { name, all }: Extract<KeysOperation, { kind: 'list' }>,
  keys: readonly KeyRecord[],
  { sink, secrets }: VerbContext,
): void {
  const shown = keys.filter((key) => (all || key.isActive) && (name === undefined || key.name === name));
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

function minted({ id, name, expiresAt, key }: MintedKey, { sink, secrets }: VerbContext): void {
  sink.notice({
    title: `Key ${id} (${secrets.quote(name, 255)}), ${expiryText(expiresAt)}`,
    message: 'MUTX shows it only this once',
  });
  const known = { 'key-id': id, 'key-name': secrets.quote(name, 255) };
  const ends = expiresAt === undefined ? {} : { 'expires-at': instantText(expiresAt) };
  handOn(Object.entries({ ...known, ...ends }), sink);
  sink.secretOutput('key', key);
}

function failed(failure: CallFailure, state: readonly string[], { fail }: VerbContext): void {
  fail(earlyFailure({ code: failure.code, message: failure.message, calls: [failure], state }));
}
