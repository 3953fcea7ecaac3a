import { findAll } from '../audit/find.ts';
import { type AuditNote, type AuditPorts, type AuditSnapshot, readAuditSnapshot } from '../audit/snapshot.ts';
import { sparedBeside } from '../audit/spared.ts';
import { isMadeHere } from '../config/key-name.ts';
import { type AuditInputs, loadAuditInputs } from '../config/load/audit.ts';
import { createTarget } from '../github/targets/create-target.ts';
import { auditFailure, findingsFailure, logAudit, tellFindings } from '../messages/audit/audit.ts';
import { type AuditResult, reportJson } from '../messages/audit/report.ts';
import { auditSummary } from '../messages/audit/summary.ts';
import { sparedTexts, toldFinding } from '../messages/audit/words.ts';
import { currentOf, keysByName } from '../rotation/rules.ts';
import { type Connection, connect, inSession } from './connect.ts';
import type { CommandContext } from './context.ts';
import { handOn } from './outputs.ts';
import { usableInputs } from './usable-inputs.ts';

/** The action that audits: inputs → session → a look → findings → log, outputs, summary. */
export async function auditCommand(context: CommandContext): Promise<void> {
  const { env, secrets, sink, gate, unfinished, fail } = context;
  const inputs = await usableInputs(loadAuditInputs(env, secrets), context);
  if (inputs === undefined) return;

  const { targets, keyName } = inputs;
  const keyNames = new Set([
    ...targets.map((one) => one.keyName),
    ...(keyName === undefined ? [] : [keyName]),
  ]);
  const connection = connect(inputs, context, { tokenExpiryIsTold: true, keyNames });
  const notes: AuditNote[] = [];
  const looked = await inSession(connection, inputs, context, () => {
    unfinished.state = () => ['nothing was changed: an audit only reads'];
    const { report, ...ports } = portsOf(inputs, connection, context);
    const look = readAuditSnapshot({
      ...ports,
      report: (event) => {
        if (event.type === 'note') notes.push(event.note);
        report(event);
      },
    });
    return gate.pass(look);
  });
  if (looked === undefined) return;
  if (!looked.ok) return fail(auditFailure(looked.failures, connection.clock.now()));

  const quote = (name: string) => secrets.quote(name, 100);
  const namesMadeHere = new Set(looked.look.keys.map(({ name }) => name).filter(isMadeHere));
  const result = resultOf({ ...looked.look, namesMadeHere }, inputs, notes, quote);
  const report = reportJson(result, (text, max) => secrets.quote(text, max));
  handOn(Object.entries({ report, findings: String(result.findings.length) }), sink);
  tellFindings(result.findings, sink);
  for (const text of sparedTexts(result.spared, result.look.date, quote)) sink.line(text);
  const summary = auditSummary(result, quote);
  const failure = findingsFailure(result.findings, inputs.failOn);
  if (failure === undefined) sink.summary(summary);
  else fail(failure, summary);
}

function resultOf(
  look: AuditSnapshot,
  { policy, keyName }: AuditInputs,
  notes: readonly AuditNote[],
  quote: (name: string) => string,
): AuditResult {
  const findings = findAll(look, policy, keyName).map((finding) => toldFinding(finding, look.date, quote));
  const named = keysByName(look.keys);
  const current = look.secrets.map((secret) =>
    look.clocksApart ? undefined : currentOf(secret, named.get(secret.keyName) ?? []),
  );
  const told = new Set(findings.flatMap(({ keys }) => keys));
  const held = new Set(current.flatMap((key) => key?.id ?? []));
  const shown = look.keys.filter(
    (key) => held.has(key.id) || (key.isActive && (keyName === undefined || key.name === keyName)),
  );
  const keys = shown.toSorted(
    (a, b) => Number(told.has(b.id)) - Number(told.has(a.id)) || b.createdAt - a.createdAt,
  );
  // A key that is in no secret is told as that.
  const orphaned = new Set(findings.flatMap(({ kind, keys: of }) => (kind === 'orphaned' ? of : [])));
  const spared = sparedBeside(
    keys.filter(({ id }) => !orphaned.has(id)),
    look,
  );
  return { look, findings, keys, current, spared, keyName, notes };
}

function portsOf(
  { targets }: AuditInputs,
  { keys, github, clock, session }: Connection,
  { secrets, sink }: CommandContext,
): AuditPorts {
  return {
    keys,
    targets: targets.flatMap(({ target, keyName }) =>
      github === undefined ? [] : [{ keyName, target: createTarget(target, { github, secrets }) }],
    ),
    clock,
    random: Math.random,
    sessionEndsAt: session.endsAt,
    tokenExpiresAt: () => github?.tokenExpiresAt,
    report: (event) => logAudit(event, sink),
  };
}
