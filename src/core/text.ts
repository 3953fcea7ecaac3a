/**
 * Text from a server, made fit to print on one line: control characters (line breaks would let it speak to
 * the runner, escapes to the terminal), bidirectional controls and other invisible characters become spaces;
 * what is longer than `max` characters is cut.
 */
export function printable(text: string, max = 200): string {
  const flat = text
    .slice(0, max * 4)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...flat];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : flat;
}

/** Takes up no room, and is in no name: not the joiner within an emoji, which is. */
const INVISIBLE = /(?!\u200d)[\p{Cf}\p{Zl}\p{Zp}]/u;

/** The first character of a text that nobody can see, as `U+200B`; undefined: there is none. */
export function invisibleIn(text: string): string | undefined {
  const [character] = INVISIBLE.exec(text) ?? [];
  const code = character?.codePointAt(0);
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
