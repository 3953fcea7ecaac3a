import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { StepResult } from '../../scripts/runner.ts';
import type { World } from './world.ts';

/** Shorter than this, what is found by chance would be taken for a leak. */
const SHORTEST = 8;

/**
 * The forms in which a credential is searched for; written apart from the code that masks them. Of base64, in
 * either alphabet and at each of the three places where it can begin inside of something longer, what does not
 * depend on what stands around it.
 */
function formsOf(credential: string): readonly string[] {
  const bytes = Buffer.from(credential);
  const hex = bytes.toString('hex');
  const url = encodeURIComponent(credential);
  const inside = [0, 1, 2].map((offset) => base64At(bytes, offset));
  const forms = [
    credential,
    ...inside,
    ...inside.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    url,
    url.replaceAll(/%../gu, (octet) => octet.toLowerCase()),
    hex.replaceAll(/../gu, '%$&'),
    hex.toUpperCase().replaceAll(/../gu, '%$&'),
    JSON.stringify(credential).slice(1, -1),
    hex,
    hex.toUpperCase(),
    // What makes a JWT one; the rest of it is no secret.
    ...(/^eyJ[\w-]+\.[\w-]+\.([\w-]+)$/u.exec(credential)?.slice(1) ?? []),
  ];
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}

/** The characters of base64 that are made of these bytes alone when others stand before and after them. */
function base64At(bytes: Buffer, offset: number): string {
  const around = Buffer.concat([Buffer.alloc(offset), bytes, Buffer.alloc(3)]);
  return around
    .toString('base64')
    .slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

/**
 * P5: no credential that took part in a run is in anything the run left, in any form: log, summary, outputs,
 * state, environment, files at home or in the temporary folder. Mask commands are how the runner is told, and
 * stand before any other line.
 */
export async function expectNoLeak(run: StepResult, world: Pick<World, 'credentials'>): Promise<void> {
  const lines = run.rawStdout.split('\n');
  const isMask = (line: string) => line.startsWith('::add-mask::');
  const channels = new Map([
    ['stdout', lines.filter((line) => !isMask(line)).join('\n')],
    ['stderr', run.rawStderr],
    ['log', run.log.join('\n')],
    ['annotations', JSON.stringify(run.annotations)],
    ['summary', run.summary],
    // Without what Markdown escapes between a credential's characters.
    ['summary, as it is shown', run.summary.replaceAll(/\\([^\w\s])/gu, '$1').replaceAll(/\\_/gu, '_')],
    ['outputs', JSON.stringify(run.outputs)],
    ['environment', JSON.stringify(run.env)],
    ['state', JSON.stringify(run.state)],
    ...(await filesIn(run.folder)),
  ]);
  const leaks: string[] = [];
  for (const form of new Set([...world.credentials].flatMap(formsOf))) {
    for (const [channel, text] of channels) {
      if (text.includes(form)) leaks.push(`${channel} holds ${form}`);
    }
  }
  expect(leaks, leaks.join('\n')).toEqual([]);
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
