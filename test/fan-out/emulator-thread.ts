import { parentPort, workerData } from 'node:worker_threads';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import type { Servers } from './fleet.ts';

/** What the thread is told at its start. */
export interface ThreadData {
  /** One number: the moment it is. */
  readonly time: Float64Array;
  readonly repositories: number;
}

/** What it tells at its end. */
export interface ThreadReport {
  readonly limited: number;
  readonly unexpected: number;
}

function tell(message: Servers | ThreadReport): void {
  parentPort?.postMessage(message, []);
}

/** Both services in a thread of their own, so that their memory is not mistaken for the client's. */
const { time, repositories } = workerData as ThreadData;
const machineClock = () => time[0] ?? Number.NaN;
const emulator = await startEmulator({
  mutx: { machineClock },
  github: { machineClock, limits: true },
});
for (let index = 0; index < repositories; index++) emulator.github.addRepository(`acme/r${index}`);
tell({
  mutx: emulator.mutx.url,
  github: emulator.github.url,
  jwt: emulator.mutx.issueAccessJwt(emulator.mutx.addUser(), { expiresIn: 24 * 3_600_000 }),
  token: emulator.github.issueToken(),
});
parentPort?.once('message', () => {
  const unexpected = emulator.ledger.unexpected().length + emulator.ledger.notes().length;
  tell({ limited: emulator.github.limited, unexpected });
  void emulator.close();
});
