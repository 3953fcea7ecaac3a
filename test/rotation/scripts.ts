import type { CallFailure, ListReading, Reply } from '../../src/core/call.ts';
import type { Duration } from '../../src/core/time.ts';
import type { InMemoryPorts } from './ports.ts';

/** What a call that a test has scripted does instead. */
export type Script = (call: ScriptedCall) => Reply<unknown>;

export interface ScriptedCall {
  readonly label: string;
  readonly ports: InMemoryPorts;
  /** Does at the server what was asked for, and gives its reply. */
  readonly apply: () => Reply<unknown>;
}

/** A reply that is none; whose service it is, the call's name says. */
export function failing(call: ScriptedCall, failure: Partial<CallFailure>): Reply<unknown> {
  const ofGithub = /^(prepare|metadata|write)/.test(call.label);
  return {
    ok: false,
    failure: {
      kind: 'unclear',
      service: ofGithub ? 'github' : 'mutx',
      call: call.label,
      status: undefined,
      code: 'scripted',
      message: `${call.label} failed`,
      retryable: false,
      ...failure,
    },
  };
}

export function fails(failure: Partial<CallFailure>): Script {
  return (call) => failing(call, failure);
}

/** The service itself says no. */
export function refuses(status: number, code = 'scripted'): Script {
  return fails({ kind: 'refused', status, code });
}

export function throttles(retryAfter: Duration): Script {
  return fails({ kind: 'throttled', status: 429, retryAfter, retryable: true });
}

/** Nothing was done, but the caller cannot know that. */
/** An error of MUTX's own, at which nothing was done. */
export const failsInside: Script = fails({
  kind: 'unclear',
  status: 500,
  code: 'mutx-server-error',
  errorCode: 'INTERNAL_ERROR',
  requestId: 'r',
  retryable: true,
});

export const breaks: Script = fails({ status: 502, retryable: true });

/** As above, and trying again would not help. */
export const breaksForGood: Script = fails({ status: 200 });

/** As if nothing had been scripted: for the calls before the one that matters. */
export const works: Script = ({ apply }) => apply();

/** Done, but the reply never comes. */
export const losesReply: Script = (call) => {
  call.apply();
  return failing(call, { retryable: true });
};

/** No connection could be made. */
export const offline: Script = fails({ kind: 'not-sent', retryable: true });

/** Done, after that much time; this process sees it pass. */
export function takes(time: Duration): Script {
  return meanwhile((ports) => {
    ports.clock.time += time;
  });
}

/** Done, after this process was frozen for that long: its own clocks stand still. */
export function freezes(time: Duration): Script {
  return meanwhile((ports) => {
    ports.clock.time += time;
    ports.clock.behind += time;
  });
}

/** Done, but first something else happens. */
export function meanwhile(happens: (ports: InMemoryPorts) => void): Script {
  return (call) => {
    happens(call.ports);
    return call.apply();
  };
}

/** Done, with a reply that has no `Date` header. */
export const undated: Script = (call) => {
  const reply = call.apply();
  return reply.ok ? { ...reply, date: undefined } : reply;
};

/** Done, with a `Date` that is so far off. */
export function misdated(by: Duration): Script {
  return (call) => {
    const reply = call.apply();
    return reply.ok && reply.date !== undefined ? { ...reply, date: reply.date + by } : reply;
  };
}

/** A list of so many pages that it took that long; its date is the first one's. */
export function pages(time: Duration, reading: Partial<ListReading> = {}): Script {
  return ({ ports, apply }) => {
    const first = apply();
    ports.clock.time += time;
    const last = apply();
    if (!first.ok || !last.ok) return last;
    return {
      ...last,
      date: first.date,
      reading: { lastDate: last.date, lastAsked: 0, since: undefined, ...reading },
    };
  };
}
