import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cronOf, majorTagOf, type NewWorkflow, workflowText } from '../../../src/cli/init/workflow.ts';

const PLAIN: NewWorkflow = {
  repository: 'acme/web',
  credential: 'password',
  environment: undefined,
  successor: undefined,
  expiresInDays: 30,
  ref: 'v1',
  inputs: [],
};

interface Parsed {
  readonly on: { readonly schedule: readonly [{ readonly cron: string }] };
  readonly jobs: {
    readonly rotate: { readonly environment?: string; readonly steps: readonly [{ readonly with: object }] };
  };
}

function secret(name: string): string {
  return `\${{ secrets.${name} }}`;
}

describe('the workflow that init writes', () => {
  it('asks for nothing that it does not need, and lets one run at a time', () => {
    expect(parse(workflowText(PLAIN))).toMatchObject({
      permissions: {},
      concurrency: { group: 'mutx-api-key', 'cancel-in-progress': false },
      jobs: { rotate: { steps: [{ uses: 'mutx/api-key-action@v1' }] } },
    });
  });

  it('keeps a refresh token in an environment, and names the place for its successor', () => {
    const successor = 'acme/web@mutx rotation as MUTX_REFRESH_TOKEN';
    const text = workflowText({
      ...PLAIN,
      credential: 'refresh-token',
      environment: 'mutx rotation',
      successor,
    });
    const { rotate } = (parse(text) as Parsed).jobs;
    expect(rotate.environment).toBe('mutx rotation');
    expect(rotate.steps[0].with).toEqual({
      'refresh-token': secret('MUTX_REFRESH_TOKEN'),
      'refresh-token-secret': successor,
      'github-token': secret('SECRETS_WRITER_TOKEN'),
    });
  });

  it.each([
    ['password', 30, '1'],
    ['password', 15, '1'],
    ['password', 14, '*'],
    ['refresh-token', 30, '1,4'],
    ['refresh-token', 8, '*'],
  ] as const)('with %s and a key for %i days runs on %s', (credential, expiresInDays, days) => {
    const cron = cronOf({ ...PLAIN, credential, expiresInDays });
    expect(cron).toMatch(/^(?:[1-9]|[1-5]\d) 4 \* \* /u);
    expect(cron.split(' ')[4]).toBe(days);
  });

  it('holds any name as it was given', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constantFrom('no', '0x1F', '1e3', '~', '- a', '1_000'),
    );
    fc.assert(
      fc.property(name, (text) => {
        fc.pre(!/[\r\n]/u.test(text));
        const { rotate } = (parse(workflowText({ ...PLAIN, inputs: [['key-name', text]] })) as Parsed).jobs;
        expect(
          Object.entries(rotate.steps[0].with).map(([key, value]) => [key, String(value)]),
        ).toContainEqual(['key-name', text]);
      }),
    );
  });

  it('holds a list of targets, a line each', () => {
    const targets = '  acme/web # the first: "one"\r\n\n\tacme/api@a: b as OTHER\n- odd';
    const text = workflowText({ ...PLAIN, inputs: [['targets', targets]] });
    const { rotate } = (parse(text) as Parsed).jobs;
    expect(rotate.steps[0].with).toMatchObject({
      targets: 'acme/web # the first: "one"\nacme/api@a: b as OTHER\n- odd\n',
    });
  });
});

describe('the tag of the version that is running', () => {
  it.each([
    ['0.1.0', 'v1'],
    ['1.0.0-rc.1', 'v1'],
    ['1.12.3', 'v1'],
    ['2.0.0', 'v2'],
    ['12.0.0', 'v12'],
  ])('of %s is %s', (version, tag) => {
    expect(majorTagOf(version)).toBe(tag);
  });
});
