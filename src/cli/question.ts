import { Cancelled } from '../process/cancelled.ts';
import type { Streams } from './streams.ts';

/** What a prompt of `@inquirer` is called with. */
export interface PromptContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/**
 * Puts a question to whoever is at the terminal.
 * @param prompt one of `@inquirer`
 * @throws Cancelled Ctrl-C; or Ctrl-D and a terminal that is gone, after which a prompt alone would wait for ever
 */
export async function asked<T>(
  prompt: (context: PromptContext) => Promise<T>,
  { stdin, stderr }: Streams,
): Promise<T> {
  const closed = new AbortController();
  let answered = false;
  // A prompt that ends pauses its input, too; whether there was an answer is known a moment later.
  const onPause = () =>
    setImmediate(() => {
      if (!answered) closed.abort();
    });
  // Of a terminal that is gone nothing more can be read (EIO).
  const onGone = () => closed.abort();
  stdin.on('pause', onPause).on('error', onGone);
  try {
    return await prompt({
      input: stdin as NodeJS.ReadableStream,
      output: stderr as NodeJS.WritableStream,
      signal: closed.signal,
    });
  } catch (error) {
    if (error instanceof Error && /^(?:Exit|Abort)PromptError$/u.test(error.name)) throw new Cancelled();
    throw error;
  } finally {
    answered = true;
    stdin.off('pause', onPause).off('error', onGone);
  }
}
