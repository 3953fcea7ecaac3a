/** What a stable failure code means and what to do about it. Codes are part of the interface: never renamed. */
export interface Hint {
  readonly cause: string;
  /** The adapter's own hint (CallFailure.hint), where there is one, goes before this. */
  readonly fix: string;
}
