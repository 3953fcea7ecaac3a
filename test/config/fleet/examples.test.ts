import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fleetSchema } from '../../../src/config/fleet/schema.ts';
import { codeBlocks, DOCUMENTS, read } from '../../project/files.ts';
import { load } from './fleet-file.ts';

// Holds invariant 34 of docs/threat-model.md.

const YAML = DOCUMENTS.flatMap(codeBlocks).filter(({ language }) => language === 'yaml');
const FLEETS = YAML.filter(({ text }) => text.startsWith('# yaml-language-server'));

describe.each(FLEETS)('the fleet at $at', ({ text }) => {
  test('can be planned', () => {
    expect(load(text)).toMatchObject({ ok: true });
  });

  test('is valid by the schema that it names', () => {
    const schema = fleetSchema();
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
    expect(text.split('\n')[0]).toContain(`$schema=${String(schema['$id'])}`);
  });
});

interface Caller {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
}
interface Called {
  readonly on: {
    readonly workflow_call: Readonly<
      Record<'inputs' | 'secrets', Readonly<Record<string, { required?: boolean }>>>
    >;
  };
  readonly jobs: Readonly<Record<string, { readonly permissions?: Readonly<Record<string, string>> }>>;
}

const CALLS = YAML.flatMap(({ at, text }) => {
  const { jobs = {} } = (parse(text) ?? {}) as { jobs?: Readonly<Record<string, Caller>> };
  return Object.values(jobs).flatMap((job) =>
    job.uses?.startsWith('mutx/api-key-action/.github/workflows/') === true ? [{ at, job }] : [],
  );
});

test('both reusable workflows are shown', () => {
  expect(CALLS.map(({ job }) => job.uses?.replace(/^.*\//u, ''))).toEqual(['rotate.yml@v1', 'audit.yml@v1']);
});

describe.each(CALLS)('the call at $at', ({ job }) => {
  const path = job.uses?.replace('mutx/api-key-action/', '').replace(/@.*$/u, '') ?? '';
  const { on, jobs } = parse(read(path)) as Called;
  const { inputs, secrets } = on.workflow_call;

  test('gives inputs and secrets that there are, and those that are required', () => {
    for (const [given, declared] of [
      [job.with ?? {}, inputs],
      [job.secrets ?? {}, secrets],
    ] as const) {
      expect(Object.keys(declared)).toEqual(expect.arrayContaining(Object.keys(given)));
      const required = Object.entries(declared).filter(([, spec]) => spec.required === true);
      expect(Object.keys(given)).toEqual(expect.arrayContaining(required.map(([name]) => name)));
    }
  });

  test('grants just what its jobs ask for', () => {
    const asked = Object.assign({}, ...Object.values(jobs).map(({ permissions }) => permissions)) as object;
    expect(job.permissions).toEqual(asked);
  });
});
