import type { Readable, Writable } from 'node:stream';

/** The process's own, or what stands in for them. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** Whether somebody is there to answer a question: asked on stderr, since stdout may go into a file. */
export function isInteractive({ stdin, stderr }: Streams): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}
