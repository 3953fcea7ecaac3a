import type { Instant } from '../rotation/ports.ts';
import type { Annotation } from './sink.ts';
import { instantText } from './words.ts';

/** For a list of keys that was not read to its end because its time was over. */
export function unreadWarning(since: Instant): Annotation {
  return {
    title: 'Older keys were not read',
    message: `MUTX's limit on requests left no time to read the whole list of keys: keys made before ${instantText(since)} were not looked at`,
  };
}

/** The same, where no key that expires can be among the others. */
export function unreadLine(since: Instant): string {
  return `the list of keys is long: those made before ${instantText(since)} were not read. None of them works unless it never expires; \`audit\` reads them too`;
}
