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
