import { expect, it } from 'vitest';
import { decodeNote, encodeNote, type Note, type Whereabouts } from '../../../src/ephemeral/note.ts';

const WHERE: Whereabouts = {
  apiUrl: 'https://api.mutx.dev/',
  name: 'gha/acme/web/run/1.1/test/0123456789ab',
  unique: true,
  credential: 'f',
  network: { proxy: '', authorities: 'a' },
  envelope: { variable: 'MUTX_KEY_ENVELOPE_A', opener: 'o' },
};
const NOTES: readonly Note[] = [
  { stage: 'nothing' },
  { stage: 'asked', ...WHERE },
  { stage: 'minted', id: 'k', expiresAt: 1, strays: true, ...WHERE },
  { stage: 'minted', id: 'k', expiresAt: undefined, strays: false, ...WHERE, unique: false },
];

it.each(NOTES)('is read as it was written: %j', (note) => {
  expect(decodeNote(encodeNote(note))).toEqual(note);
});

const whole = { version: 1, stage: 'minted', id: 'k', expiresAt: 1, strays: true, ...WHERE };
it.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['no object', 'null'],
  ['another version', { ...whole, version: 2 }],
  ['another stage', { ...whole, stage: 'melted' }],
  ['no id', { ...whole, id: 7 }],
  ['an end that is no time', { ...whole, expiresAt: 'soon' }],
  ['no address', { ...whole, apiUrl: undefined }],
  ['no name', { ...whole, name: 1 }],
  ['no credential', { ...whole, credential: null }],
  ['no network', { ...whole, network: undefined }],
  ['no proxy', { ...whole, network: { authorities: '' } }],
  ['no authorities', { ...whole, network: { proxy: '' } }],
  ['no envelope', { ...whole, envelope: 'x' }],
  ['no variable', { ...whole, envelope: { opener: 'o' } }],
  ['no opener', { ...whole, envelope: { variable: 'v' } }],
])('is none where there is %s', (_, note) => {
  expect(decodeNote(typeof note === 'string' ? note : JSON.stringify(note))).toBeUndefined();
});
