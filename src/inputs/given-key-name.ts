import { LONGEST_KEY_NAME } from './key-name.ts';
import type { Complaint } from './pasted.ts';
import type { InputReader } from './reader.ts';

const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** The name the user gave the key; empty: none. Notes what MUTX would not take. */
export function givenKeyName(reader: InputReader): string {
  const name = reader.text('key-name');
  const complaint = name === '' ? undefined : keyNameComplaint(name);
  if (complaint !== undefined) reader.problem('key-name', complaint, name);
  return name;
}

/** What MUTX would not take of a name, or would store and nobody could ask for; undefined: nothing. */
export function keyNameComplaint(name: string): Complaint | undefined {
  if (name.trim() === '') return { message: 'is empty', fix: 'give the key a name to find it by' };
  if (!name.isWellFormed()) {
    return { message: 'holds half of a character', fix: 'write it again; it was cut within a character' };
  }
  if (INVISIBLE.test(name)) {
    return { message: 'holds a line break or a control character', fix: 'write it in one line' };
  }
  if ([...name].length <= LONGEST_KEY_NAME) return undefined;
  return { message: `is longer than the ${LONGEST_KEY_NAME} characters that MUTX takes`, fix: 'shorten it' };
}
