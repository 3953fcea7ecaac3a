import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import type { StepResult } from '../../scripts/runner.ts';
import type { World } from './world.ts';

/** The forms in which a credential is searched for; written apart from the code that masks them. */
function formsOf(credential: string): readonly string[] {
  const bytes = Buffer.from(credential);
  return [
    credential,
    bytes.toString('base64').replace(/=+$/u, ''),
    bytes.toString('base64url'),
    encodeURIComponent(credential),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ];
}

/** Entries of the runner's files in which a key is what the user asked for, by the file's name. */
export type HandedOut = Readonly<Record<string, readonly string[]>>;

/** Without these entries; each has to be there. */
function without(file: string, text: string, handedOut: HandedOut): string {
  return (handedOut[basename(file)] ?? []).reduce((rest, name) => {
    const entry = new RegExp(`^${name}<<(\\S+)\\n[^\\n]*\\n\\1\\n`, 'mu');
    expect(rest, `${file} has ${name}`).toMatch(entry);
    return rest.replace(entry, '');
  }, text);
}

/**
 * P5: no credential that took part in a run is in anything the run left, in any form: log, summary, outputs,
 * state, environment, files at home or in the temporary folder. Mask commands are how the runner is told, and
 * stand before any other line.
 */
export async function expectNoLeak(run: StepResult, world: World, handedOut: HandedOut = {}): Promise<void> {
  const lines = run.rawStdout.split('\n');
  const isMask = (line: string) => line.startsWith('::add-mask::');
  const channels = new Map([
    ['stdout', lines.filter((line) => !isMask(line)).join('\n')],
    ['stderr', run.rawStderr],
    ['log', run.log.join('\n')],
    ['annotations', JSON.stringify(run.annotations)],
    ...(await filesIn(run.folder)).map(([file, text]) => [file, without(file, text, handedOut)] as const),
  ]);
  for (const credential of world.credentials) {
    for (const form of formsOf(credential)) {
      for (const [channel, text] of channels) {
        expect(text.includes(form), `${channel} holds ${form}`).toBe(false);
      }
    }
  }
}

/** Masks this credential, in each of the forms the runner would otherwise show, before anything else is said. */
export function expectMasked(run: StepResult, credential: string): void {
  const bytes = Buffer.from(credential);
  expect(run.masks).toEqual(
    expect.arrayContaining([credential, bytes.toString('base64'), bytes.toString('base64url')]),
  );
}

async function filesIn(folder: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const));
}
