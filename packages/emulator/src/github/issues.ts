import type { Instant } from '../clock.ts';
import type { Token } from './tokens.ts';

export interface EmulatedComment {
  readonly id: number;
  readonly body: string;
  readonly by: Actor;
  readonly createdAt: Instant;
}

/** What is known of whoever opened or commented: the kind of their token. */
type Actor = Pick<Token, 'kind'>;

/** An issue of a repository. */
export interface EmulatedIssue {
  readonly number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null;
  labels: readonly string[];
  readonly by: Actor;
  readonly createdAt: Instant;
  updatedAt: Instant;
  closedAt: Instant | undefined;
  readonly comments: EmulatedComment[];
}

/** The issues of one repository, in the order of their numbers. Pull requests are not modelled. */
export class Issues {
  /** false: the repository has them switched off, and GitHub answers 410. */
  enabled = true;
  readonly #now: () => Instant;
  readonly #issues: EmulatedIssue[] = [];

  constructor(now: () => Instant) {
    this.#now = now;
  }

  get all(): readonly EmulatedIssue[] {
    return this.#issues;
  }

  /** @param by default: a person */
  open(
    title: string,
    body: string | null,
    labels: readonly string[],
    by: Actor = { kind: 'classic' },
  ): EmulatedIssue {
    const now = this.#now();
    const issue: EmulatedIssue = {
      number: this.#issues.length + 1,
      title,
      body,
      state: 'open',
      stateReason: null,
      labels,
      by,
      createdAt: now,
      updatedAt: now,
      closedAt: undefined,
      comments: [],
    };
    this.#issues.push(issue);
    return issue;
  }

  comment(issue: EmulatedIssue, body: string, by: Actor): EmulatedComment {
    const createdAt = this.#now();
    const id = issue.number * 1_000 + issue.comments.length + 1;
    const comment: EmulatedComment = { id, body, by, createdAt };
    issue.comments.push(comment);
    issue.updatedAt = createdAt;
    return comment;
  }

  find(number: number): EmulatedIssue | undefined {
    return this.#issues[number - 1];
  }
}
