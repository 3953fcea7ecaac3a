import { describe, expect, it } from 'vitest';
import { quietCalls, reportedCalls, twice } from '../../src/commands/calls.ts';
import { Gate } from '../../src/commands/gate.ts';
import type { Reply } from '../../src/core/call.ts';
import { InMemoryPorts } from '../rotation/ports.ts';
import { SECOND } from '../rotation/records.ts';
import { breaks, throttles } from '../rotation/scripts.ts';

const list = (ports: InMemoryPorts) => (): Promise<Reply<unknown>> => ports.keys.list();

describe('a call of a verb itself', () => {
  it('is tried four times, with a line for each wait where somebody reads it', async () => {
    const ports = new InMemoryPorts().always('list', breaks);
    const lines: string[] = [];
    const sink = { line: (text: string) => lines.push(text) };
    const told = reportedCalls({ gate: new Gate(), clock: ports.clock, sink });
    expect(await told(list(ports))).toMatchObject({ ok: false });
    expect(ports.sleeps.length).toBe(3);
    expect(lines.length).toBe(3);
    expect(lines[0]).toMatch(/502/u);
    await quietCalls(ports.clock)(list(ports));
    expect(ports.sleeps.length).toBe(6);
    expect(lines.length).toBe(3);
  });

  it('that is only to be told of is tried once more, and waits for nothing that takes long', async () => {
    const ports = new InMemoryPorts().on('list', breaks, breaks, throttles(7 * SECOND), breaks);
    const call = quietCalls(ports.clock);
    expect(await call(list(ports), twice)).toMatchObject({ ok: false });
    expect(ports.sleeps.length).toBe(1);
    expect(await call(list(ports), twice)).toMatchObject({ ok: false });
    // Waits at a limit are spread over a quarter more.
    expect(ports.sleeps).toHaveLength(2);
    expect(ports.sleeps[1]).toBeGreaterThanOrEqual(7 * SECOND);
    expect(ports.sleeps[1]).toBeLessThanOrEqual(8.75 * SECOND);
    ports.always('list', throttles(10 * SECOND));
    expect(await call(list(ports), twice)).toMatchObject({ ok: false });
    expect(ports.sleeps.length).toBe(2);
  });

  it('waits no more once the run has to end', async () => {
    const ports = new InMemoryPorts().always('list', breaks);
    const gate = new Gate();
    gate.close();
    const told = reportedCalls({ gate, clock: ports.clock, sink: { line: () => {} } });
    const ended = told(list(ports)).then(() => 'went on');
    await gate.settled();
    expect(await Promise.race([ended, gate.settled().then(() => 'stands still')])).toBe('stands still');
  });
});
