import type { Annotation, Sink } from '../../src/report/sink.ts';

/** What reached the outside, in order. */
export class RecordingSink implements Sink {
  readonly calls: string[] = [];
  readonly summaries: string[] = [];
  readonly outputs = new Map<string, string>();

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
  warning({ title, message }: Annotation): void {
    this.calls.push(`warning ${title}: ${message}`);
  }
  error({ title, message }: Annotation): void {
    this.calls.push(`error ${title}: ${message}`);
  }
  output(name: string, value: string): void {
    this.outputs.set(name, value);
  }
  summary(markdown: string): void {
    this.summaries.push(markdown);
  }
}
