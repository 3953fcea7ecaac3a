import type { Instant } from '../core/time.ts';
import type { Secret } from '../secrets/secret.ts';
import { instantText } from './words.ts';

/** A message that GitHub shows on the run's page as well as in the log. */
export interface Annotation {
  readonly title: string;
  readonly message: string;
  /** Where in the repository the trouble is: the page then leads there. */
  readonly at?: FilePlace;
}

export interface FilePlace {
  /** Path in the repository. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
}

/**
 * Where a run's words go. actions/ implements it with the runner's commands and files; everything in report/
 * writes through {@link guarded}, so that this is the only way out.
 */
export interface Sink {
  /** One line of the log, which is never taken as a command. */
  line(text: string): void;
  /** A line that is shown only where the runner was asked for debug logs. */
  debug(text: string): void;
  group(title: string): void;
  endGroup(): void;
  notice(annotation: Annotation): void;
  warning(annotation: Annotation): void;
  error(annotation: Annotation): void;
  /** @throws NotHandedOn */
  output(name: string, value: string): void;
  /** What a later phase of the same step finds: never a credential. @throws NotHandedOn */
  state(name: string, value: string): void;
  /**
   * The one output that is a credential, of an action whose purpose it is (protocol P5). It is masked already.
   * @throws NotHandedOn
   */
  secretOutput(name: string, value: Secret): void;
  /** The same, as a variable of the job's later steps. @throws NotHandedOn */
  secretVariable(name: string, value: Secret): void;
  /** Markdown for the job summary, written at once. */
  summary(markdown: string): void;
}

/** Why something that later steps read could not be handed on. */
type NotHandedOnCode = 'runner-file-unwritable' | 'output-withheld';

/** A sink does not take what was to be handed on to later steps. A reason outside of this code, so no bug of it. */
export class NotHandedOn extends Error {
  readonly code: NotHandedOnCode;

  /** @param message one line, without a credential */
  constructor({ code, message }: { readonly code: NotHandedOnCode; readonly message: string }) {
    super(message);
    this.code = code;
  }
}

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
