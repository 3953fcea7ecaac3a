import type { Instant } from '../clock.ts';

/** An issue of a repository. */
export interface EmulatedIssue {
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'reopened' | null;
  readonly labels: readonly string[];
  readonly createdAt: Instant;
  updatedAt: Instant;
  readonly comments: string[];
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

  open(title: string, body: string, labels: readonly string[]): EmulatedIssue {
    const now = this.#now();
    const issue: EmulatedIssue = {
      number: this.#issues.length + 1,
      title,
      body,
      state: 'open',
      stateReason: null,
      labels,
      createdAt: now,
      updatedAt: now,
      comments: [],
    };
    this.#issues.push(issue);
    return issue;
  }

  find(number: number): EmulatedIssue | undefined {
    return this.#issues[number - 1];
  }
}
