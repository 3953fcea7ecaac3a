/**
 * What the changelog says of one version: the text below its heading `## [1.2.3] - 2026-11-30`.
 * The form is that of Keep a Changelog, https://keepachangelog.com/en/1.1.0/.
 * @returns undefined without such a heading, without a day in it, or with nothing below it
 */
export function changelogEntry(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^(?=## )/mu);
  const section = sections.find((one) => one.startsWith(`## [${version}] - `)) ?? '';
  const [heading = '', ...lines] = section.split('\n');
  const [, day = ''] = /^## \[[^\]]+\] - (\d{4}-\d\d-\d\d)$/u.exec(heading) ?? [];
  const text = lines.join('\n').trim();
  return isDay(day) && /^(?!#)\S/mu.test(text) ? text : undefined;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
