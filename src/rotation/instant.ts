import type { Instant } from './ports.ts';

/** ISO 8601 in UTC, whole seconds: `2026-11-23T21:14:05Z`. */
export function instantText(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, -'.000Z'.length)}Z`;
}
