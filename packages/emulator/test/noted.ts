import { subscribe } from 'node:diagnostics_channel';
import { NOTED } from '../src/noted.ts';

const notes: string[] = [];

subscribe(NOTED, (message) => {
  notes.push(String(message));
});

/** What clients sent to emulators of this process since the last call that the services take and ours do not send. */
export function takeNotes(): readonly string[] {
  return notes.splice(0);
}
