import type { Annotation, Sink } from '../../src/messages/sink.ts';
import type { Secret } from '../../src/secrets/secret.ts';

/** What reached the outside, in order. */
export class RecordingSink implements Sink {
  readonly calls: string[] = [];
  readonly summaries: string[] = [];
  readonly outputs = new Map<string, string>();
  readonly states = new Map<string, string>();
  readonly variables = new Map<string, string>();

  line(text: string): void {
    this.calls.push(text);
  }
  debug(text: string): void {
    this.calls.push(`debug ${text}`);
  }
  group(title: string): void {
    this.calls.push(`> ${title}`);
  }
  endGroup(): void {
    this.calls.push('<');
  }
  notice({ title, message }: Annotation): void {
    this.calls.push(`notice ${title}: ${message}`);
  }
  warning({ title, message }: Annotation): void {
    this.calls.push(`warning ${title}: ${message}`);
  }
  error({ title, message }: Annotation): void {
    this.calls.push(`error ${title}: ${message}`);
  }
  output(name: string, value: string): void {
    this.outputs.set(name, value);
  }
  state(name: string, value: string): void {
    this.states.set(name, value);
  }
  secretOutput(name: string, value: Secret): void {
    this.outputs.set(name, value.expose());
  }
  secretVariable(name: string, value: Secret): void {
    this.variables.set(name, value.expose());
  }
  summary(markdown: string): void {
    this.summaries.push(markdown);
  }
}
