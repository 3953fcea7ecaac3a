/**
 * The forms in which a credential could turn up in text: as it is, base64, base64url (with and without
 * padding), URL-encoded, and as a JSON string. The runner masks literally what it is told, so each form is
 * told.
 */
export function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = bytes.toString('base64');
  const forms = [
    text,
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
    encodeURIComponent(text.toWellFormed()),
    JSON.stringify(text).slice(1, -1),
  ];
  return [...new Set(forms)].filter((form) => form.length > 0);
}
