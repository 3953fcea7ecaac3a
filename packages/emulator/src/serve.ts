import type { ActiveFault } from './faults.ts';
import type { LedgerEntry } from './ledger.ts';
import type { ReceivedRequest, Reply } from './message.ts';
import type { Sender } from './sender.ts';
import type { LoopbackServer } from './server.ts';

/** Takes one request through hooks, latency, faults and the service itself to its reply. */
export async function serve(
  server: LoopbackServer,
  request: ReceivedRequest,
  entry: LedgerEntry,
  sender: Sender,
): Promise<void> {
  const { hooks, faults, ledger } = server.shared;
  if (!(await hooks.pass({ point: 'before', entry }))) return sender.cut();
  const latency = typeof server.latency === 'number' ? server.latency : server.latency(entry);
  if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
  const fault = faults.take(entry);
  const step: Step = {
    apply: () => {
      const reply = server.apply(request, entry);
      sender.stamp();
      return reply;
    },
    // Whoever stops or kills a client after a request was applied does it here, before the reply leaves.
    pass: () => hooks.pass({ point: 'after', entry }),
  };
  if (fault === undefined) {
    const reply = step.apply();
    return (await step.pass()) ? sender.reply(reply, { faulted: false }) : sender.cut();
  }
  ledger.note(entry, { fault: fault.rule.what });
  await meet(server, request, fault, step, sender);
}

interface Step {
  readonly apply: () => Reply;
  readonly pass: () => Promise<boolean>;
}

async function meet(
  { service }: LoopbackServer,
  request: ReceivedRequest,
  fault: ActiveFault,
  { apply, pass }: Step,
  sender: Sender,
): Promise<void> {
  const { rule } = fault;
  const requestId = service.requestId(sender.seq);
  const finish = async (send: () => void): Promise<void> => ((await pass()) ? send() : sender.cut());
  switch (rule.what) {
    case 'refuse': {
      if (rule.applied === true) apply();
      const own = service.refusal(rule.status, requestId);
      const json = rule.body === undefined ? own.json : rule.body;
      const headers = { ...own.headers, ...rule.headers };
      return finish(() => sender.reply({ status: rule.status, headers, json }, { faulted: true }));
    }
    case 'rate-limit':
      return finish(() => sender.reply(service.rateLimited(rule.retryAfter ?? 60), { faulted: true }));
    case 'html': {
      if (rule.applied === true) apply();
      return finish(() => sender.raw(rule.status, { 'content-type': 'text/html' }, page(rule.status)));
    }
    case 'raw': {
      if (rule.applied === true) apply();
      return finish(() => sender.raw(rule.status, rule.headers ?? {}, rule.body));
    }
    case 'drop':
      return finish(() => sender.cut());
    case 'reply-lost':
      apply();
      return finish(() => sender.cut());
    case 'cut-off': {
      const reply = apply();
      return finish(() => sender.cutOff(reply));
    }
    case 'apply-late': {
      const { clock } = service;
      const due = rule.afterMs === undefined ? undefined : clock.now() + rule.afterMs;
      fault.holdBack({ due, now: () => clock.now(), apply });
      return finish(() => sender.cut());
    }
    case 'slow': {
      if (rule.point !== 'after') {
        await fault.held(rule.ms);
        const reply = apply();
        return finish(() => sender.reply(reply, { faulted: false }));
      }
      const reply = apply();
      await fault.held(rule.ms);
      return finish(() => sender.reply(reply, { faulted: false }));
    }
    case 'never':
      if (rule.applied === true) apply();
      await pass();
      return sender.silence();
    case 'stale-key': {
      service.replaceKeyPair(request);
      const reply = apply();
      return finish(() => sender.reply(reply, { faulted: false }));
    }
  }
}

function page(status: number): string {
  return `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${status}</h1><p>gateway</p></body></html>\n`;
}
