import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { readJson } from '../project/files.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
formats.default(ajv);
const validate = ajv.compile(readJson('docs/audit-report.schema.json') as object);

export interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly {
    readonly kind: string;
    readonly level: string;
    readonly message: string;
    readonly since: string | null;
    readonly fix: string;
    readonly keys: readonly string[];
    readonly keysOmitted: number;
    readonly secret: { readonly target: string } | null;
  }[];
  readonly keys: readonly { readonly id: string; readonly name: string; readonly state: string }[];
  readonly secrets: readonly { readonly target: string; readonly keyId: string | null }[];
  readonly omitted: Readonly<Record<'findings' | 'keys' | 'secrets', number>>;
  readonly notes: readonly string[];
}

/** The report, if it is what its schema says. @throws Error what is wrong with it */
export function parseReport(text: string): Report {
  const report: unknown = JSON.parse(text);
  if (!validate(report)) throw new Error(ajv.errorsText(validate.errors));
  return report as Report;
}
