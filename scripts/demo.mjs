/**
 * `npm run demo`: MUTX and GitHub in memory, the committed dist/ run as a runner runs it: first key, rotation, a leaked
 * key, a wrong answer, a key for one job. Shows what a user would see and what reached the servers, and proves what must hold of it; exits with 1 if
 * it does not. Needs no network and no account.
 */

import { startEmulator } from '../packages/emulator/src/index.ts';
import { ephemeral } from './demo/ephemeral.mjs';
import { leakedKey } from './demo/leaked-key.mjs';
import { rotation } from './demo/rotation.mjs';
import { check, Stage } from './demo/stage.mjs';
import { wrongAnswer } from './demo/wrong-answer.mjs';

const ACTS = [rotation, leakedKey, wrongAnswer, ephemeral];

await using emulator = await startEmulator();
const stage = new Stage(emulator);
for (const act of ACTS) await act(stage);
check('neither server was asked for anything it does not know', emulator.ledger.unexpected().length === 0);
