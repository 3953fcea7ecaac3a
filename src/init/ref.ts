const ACTION = 'mutx/api-key-action';
const PINNING = 'https://github.com/mutx/api-key-action/blob/main/SECURITY.md#verify';

const COMMIT = /^[\da-f]{40}$/u;
const MAJOR_TAG = /^v\d+$/u;
const VERSION_TAG = /^v\d+\.\d+\.\d+(?:-[\w.-]+)?$/u;
/** A version that a major tag moves to: not one before the first, and no pre-release. */
const RELEASED = /^[1-9]\d*\.\d+\.\d+$/u;

/** Whether a workflow may name this version of the action. A branch moves with every push, a short commit is none to GitHub. */
export function isRef(text: string): boolean {
  return [COMMIT, MAJOR_TAG, VERSION_TAG].some((form) => form.test(text));
}

/** The tag that moves with the releases of a version. The first one is `v1`, whatever leads up to it. */
export function majorTagOf(version: string): string {
  return `v${Math.max(1, Number.parseInt(version, 10))}`;
}

/** What stands after `uses:`. */
export function usesText(ref: string): string {
  return `${ACTION}@${ref}`;
}

/**
 * What to think about before a workflow names the action by this; undefined: nothing.
 * @param version that is running
 */
export function refNote(ref: string, version: string): string | undefined {
  if (!MAJOR_TAG.test(ref)) return undefined;
  const uses = `the workflow uses ${usesText(ref)}`;
  return RELEASED.test(version)
    ? `${uses}, a tag that moves with every release; to pin it by commit, give the 40 digits of the commit with \`--ref\`: ${PINNING}`
    : `${uses}, and this is ${version}: the tag comes with the first release, and without it the workflow cannot start. Until then give the 40 digits of a commit of the action with \`--ref\`: ${PINNING}`;
}
