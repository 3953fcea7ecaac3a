import { registerHooks } from 'node:module';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { wholeWorkflow } from '../../scripts/workflow-yaml/examples.ts';
import { type NewWorkflow, workflowText } from '../../src/cli/init/workflow.ts';
import { ACTIONS, codeBlocks, DOCUMENTS, read, WORKFLOWS } from './files.ts';

/**
 * GitHub's own language service, as its editor extension runs it, on everything that GitHub will read: keys and
 * values, expressions and contexts, and the inputs of this action.
 */

// It imports JSON without saying that it is JSON, which Node refuses.
registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const resolved = nextResolve(specifier, context);
    return resolved.url.endsWith('.json') ? { ...resolved, importAttributes: { type: 'json' } } : resolved;
  },
});
const { validate } = await import('@actions/languageservice');
const { TextDocument } = await import('vscode-languageserver-textdocument');

interface Metadata {
  name: string;
  description: string;
  inputs: Record<string, { description: string; required?: boolean; default?: string }>;
}

const METADATA = new Map(ACTIONS.map(({ uses, path }) => [uses, parse(read(path)) as Metadata]));

/**
 * Other people's actions, names that only GitHub can know (`vars`, `secrets`), and the outputs of a called workflow (which
 * test/workflows/rotate.test.ts holds against it) cannot be looked up here.
 */
const UNKNOWABLE = /^Context access might be invalid: (?:[A-Z_]+|superseded-\d+)$|^Unable to resolve action/u;

const NEW_WORKFLOWS: readonly NewWorkflow[] = [
  {
    repository: 'acme/web',
    credential: 'password',
    environment: undefined,
    successor: undefined,
    ref: 'v1',
    expiresInDays: 30,
    inputs: [
      ['targets', 'acme/web\nacme/api@production as OTHER'],
      ['key-name', 'a: key #1'],
    ],
  },
  {
    repository: 'acme/web',
    credential: 'refresh-token',
    environment: 'mutx-rotation',
    successor: 'acme/web@mutx-rotation as MUTX_REFRESH_TOKEN',
    ref: 'v1',
    expiresInDays: 5,
    inputs: [],
  },
];

/** @returns `line: message` for each finding */
async function findings(path: string, text: string): Promise<string[]> {
  // It remembers documents by their address.
  const document = TextDocument.create(`file:///${path}`, 'yaml', 1, text);
  const diagnostics = await validate(document, {
    actionsMetadataProvider: {
      fetchActionMetadata: ({ owner, name, path: folder }) =>
        Promise.resolve(
          METADATA.get([owner, name, folder].filter((part) => part !== undefined && part !== '').join('/')),
        ),
    },
  });
  return diagnostics.flatMap(({ range, message }) => {
    const said = typeof message === 'string' ? message : message.value;
    return UNKNOWABLE.test(said) ? [] : [`${range.start.line + 1}: ${said}`];
  });
}

describe("GitHub's language service", () => {
  test.each([...ACTIONS.map(({ path }) => path), '.github/actions/issue/action.yml', ...WORKFLOWS])(
    'has nothing to say about %s',
    async (path) => {
      expect(await findings(path, read(path))).toEqual([]);
    },
  );

  const examples = DOCUMENTS.flatMap(codeBlocks).flatMap((block) => {
    const workflow = block.language === 'yaml' ? wholeWorkflow(block) : undefined;
    return workflow === undefined ? [] : [{ at: block.at, workflow }];
  });
  test.each(examples)('has nothing to say about the YAML at $at', async ({ at, workflow }) => {
    expect(await findings(`.github/workflows/${at.replace(/\W/gu, '-')}.yml`, workflow)).toEqual([]);
  });

  test.each(NEW_WORKFLOWS)('has nothing to say about what init writes for $credential', async (workflow) => {
    expect(await findings('.github/workflows/rotate-mutx-key.yml', workflowText(workflow))).toEqual([]);
  });

  test('would find an input that does not exist, a missing one and a wrong key', async () => {
    const text = '- uses: mutx/api-key-action@v1\n  with:\n    secret_name: X\n  shel: bash\n';
    const workflow = wholeWorkflow({ language: 'yaml', text, at: 'here' }) ?? '';
    expect(await findings('.github/workflows/wrong.yml', workflow)).toEqual([
      expect.stringMatching(/secret_name/u),
      expect.stringMatching(/github-token/u),
      expect.stringMatching(/shel/u),
    ]);
    const revoke = '- uses: mutx/api-key-action/revoke@v1\n  with:\n    targets: acme/web\n';
    expect(
      await findings(
        '.github/workflows/wrong-too.yml',
        wholeWorkflow({ language: 'yaml', text: revoke, at: 'here' }) ?? '',
      ),
    ).toEqual([expect.stringMatching(/targets/u)]);
  });

  test('would find a Node that no runner has', async () => {
    const wrong = read('action.yml').replace('node24', 'node23');
    expect(await findings('wrong/action.yml', wrong)).toEqual([expect.stringMatching(/node23/u)]);
  });
});
