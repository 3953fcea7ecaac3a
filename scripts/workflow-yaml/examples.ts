/**
 * The YAML that the documents show to users, as whole workflows, so that whatever checks workflows can check it too.
 */
import { globSync } from 'node:fs';

/**
 * What people read.
 * @param root the folder of the repository
 * @returns paths from there
 */
export function documentsOf(root: string): string[] {
  return globSync(['*.md', 'docs/**/*.md', 'packages/*/*.md'], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** Where the block begins, for messages: `README.md:12`. */
  readonly at: string;
}

/**
 * The fenced code blocks of a Markdown file.
 * @param path where it is, for messages
 */
export function codeBlocksIn(path: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; lines: string[]; at: string } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)$/u.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { language: fence[1] ?? '', lines: [], at: `${path}:${index + 1}` };
    else {
      blocks.push({ language: open.language, text: `${open.lines.join('\n')}\n`, at: open.at });
      open = undefined;
    }
  }
  return blocks;
}

const CONCURRENCY = 'concurrency: { group: example, cancel-in-progress: false }';

/**
 * A workflow around YAML that shows steps, or jobs, alone. Only what was not shown is added, and that is beyond
 * reproach: what a checker finds is in the example. A workflow that was shown whole is returned as it is.
 * @returns undefined for YAML that is no part of a workflow
 */
export function wholeWorkflow({ text, at }: CodeBlock): string | undefined {
  const keys = [...text.matchAll(/^(\w[\w-]*):/gmu)].map(([, key]) => key);
  if (keys.includes('on') && keys.includes('jobs')) return text;
  const head = `name: ${JSON.stringify(at)}\non: push\npermissions: {}\n${CONCURRENCY}\n`;
  if (keys[0] === 'jobs') return head + text;
  if (!/^- (?:.+\n {2})*(?:uses|run):/u.test(text)) return undefined;
  const steps = text.replace(/^(?=.)/gmu, '      ');
  return `${head}jobs:\n  example:\n    name: Example\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
}
