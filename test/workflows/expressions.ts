import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

export type Contexts = Readonly<Record<string, unknown>>;

/** What the status functions say: of the jobs, or the steps, before. */
export interface Status {
  readonly failed: boolean;
  readonly succeeded: boolean;
}

const NAMES = ['success', 'failure', 'always', 'cancelled'] as const;

/** GitHub's own evaluator, on contexts that are plain JSON. */
function evaluate(expression: string, contexts: Contexts, status: Status): unknown {
  const { tokens } = new Lexer(expression).lex();
  const said = { success: status.succeeded, failure: status.failed, always: true, cancelled: false };
  const functions = NAMES.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(said[name]),
  }));
  const parsed = new Parser(tokens, Object.keys(contexts), functions).parse();
  const context = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  const named = new Map(functions.map((one) => [one.name as string, one]));
  const result = new Evaluator(parsed, context, named).evaluate();
  return JSON.parse(JSON.stringify(result, data.replacer)) as unknown;
}

const EXPRESSION = /\$\{\{\s*(.+?)\s*\}\}/gsu;

/** A value of a workflow file: one expression gives what it gives, text around it makes a text of it. */
export function valueIn(value: unknown, contexts: Contexts, status: Status): unknown {
  if (typeof value !== 'string') return value;
  const whole = /^\$\{\{\s*((?:(?!\}\}).)+?)\s*\}\}$/su.exec(value.trim())?.[1];
  if (whole !== undefined) return evaluate(whole, contexts, status);
  return value.replace(EXPRESSION, (_, expression: string) => textOf(evaluate(expression, contexts, status)));
}

/** As it arrives in an input or a variable. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? 'Array' : 'Object';
}

/** An `if:`, with or without braces; without a status function it is asked of what succeeded only. */
export function holds(condition: unknown, contexts: Contexts, status: Status): boolean {
  const text = textOf(condition ?? 'success()').trim();
  const bare = /^\$\{\{\s*(.*?)\s*\}\}$/su.exec(text)?.[1] ?? text;
  const asks = NAMES.some((name) => bare.includes(`${name}(`));
  const result = evaluate(asks ? bare : `success() && (${bare})`, contexts, status);
  return result !== false && result !== null && result !== '' && result !== 0;
}
