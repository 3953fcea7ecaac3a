import type { RotationEvent } from '../../rotation/events.ts';
import type { TargetResult } from '../../rotation/outcome.ts';
import { ONCE_IT_SUCCEEDS } from '../catalogue/phrases.ts';
import { EITHER, nothingLost } from '../state.ts';
import { count, list, placeText } from '../words.ts';

/**
 * How far a run has come, followed from its events: what to say of the state of things when the run ends
 * without an outcome (cancelled, or a bug).
 */
export class Progress {
  #creating = false;
  #storing = false;
  /** Targets that there are to write; undefined: the first result has not come. */
  #targets: number | undefined;
  /** The last step of a rotation has ended. */
  #complete = false;
  #minted: string | undefined;
  readonly #written: TargetResult[] = [];
  readonly #failed: TargetResult[] = [];
  readonly #revoked: string[] = [];
  /** What was stored came too late to be relied on. */
  #late = false;
  /** Keys for which a DELETE was sent without a clear answer so far, each with whether it was a stored key's. */
  readonly #revoking = new Map<string, boolean>();
  readonly #givenUp: string[] = [];

  event(event: RotationEvent): void {
    switch (event.type) {
      case 'step-started':
        if (event.step === 'create') this.#creating = true;
        if (event.step === 'store') this.#storing = true;
        break;
      case 'step-ended':
        this.#ended(event);
        break;
      case 'minted':
        this.#minted = event.id;
        this.#late = false;
        this.#storing = false;
        this.#targets = undefined;
        this.#complete = false;
        this.#written.length = 0;
        this.#failed.length = 0;
        break;
      case 'target-written':
        this.#targets = event.of;
        (event.result.status === 'failed' ? this.#failed : this.#written).push(event.result);
        break;
      case 'revoked':
        this.#revoking.delete(event.id);
        (event.reason === 'replace' ? this.#givenUp : this.#revoked).push(event.id);
        break;
      case 'revoking':
        this.#revoking.set(event.id, event.reason === 'replace');
        break;
      case 'not-revoked':
        if (!event.unclear) this.#revoking.delete(event.id);
        break;
      case 'planned':
      case 'looked':
      case 'retrying':
      case 'waiting':
        break;
      case 'warning':
        if (event.code === 'written-late') this.#late = true;
        break;
    }
  }

  #ended({ step, ok }: Extract<RotationEvent, { type: 'step-ended' }>): void {
    if (step === 'create' && ok) this.#creating = false;
    if (step === 'revoke') this.#complete = ok;
  }

  /** Keys revoked before their successor was stored (`on-quota: replace`). */
  get givenUp(): readonly string[] {
    return this.#givenUp;
  }

  /** What was done of a run that ends here, as its title; undefined: nothing was stored. */
  title(): string | undefined {
    const stored = this.#written.length;
    if (stored === 0 || this.#minted === undefined || this.#revoked.includes(this.#minted)) return undefined;
    return this.#targets === stored
      ? 'MUTX API key stored in every target; the run did not finish'
      : `MUTX API key stored in ${stored} of ${count(this.#targets ?? stored, 'target')}`;
  }

  state(): readonly string[] {
    const lines: string[] = [];
    if (this.#minted !== undefined) lines.push(...this.#mintedLines(this.#minted));
    if (this.#creating) {
      lines.push(
        'a create was on its way: a key may exist whose text nobody knows; it is in no secret, and a later run revokes it',
      );
    }
    if (lines.length === 0) lines.push('no key was made and no secret was written');
    const others = this.#revoked.filter((id) => id !== this.#minted);
    if (others.length > 0) lines.push(`revoked: ${others.join(', ')}`);
    const perhaps = [...this.#revoking].filter(([id]) => id !== this.#minted);
    for (const [id, isStored] of perhaps) {
      lines.push(
        isStored
          ? `perhaps revoked before its successor was stored, as \`on-quota: replace\` asks: ${id}`
          : `perhaps revoked, for which there was no clear answer: ${id}`,
      );
    }
    lines.push(
      this.#givenUp.length === 0
        ? nothingLost(others.length > 0, perhaps.length > 0)
        : `revoked before its successor was stored, as \`on-quota: replace\` asks: ${this.#givenUp.join(', ')}; a secret that held it may hold a dead key`,
    );
    lines.push(this.#next());
    return lines;
  }

  #next(): string {
    if (this.#targets === undefined || this.#written.length < this.#targets) {
      return `run it again: ${ONCE_IT_SUCCEEDS}`;
    }
    return this.#complete
      ? 'the rotation itself was complete: nothing has to be run again'
      : 'older keys of the name may still be active; later rotations take them up';
  }

  #mintedLines(id: string): readonly string[] {
    if (this.#revoked.includes(id)) return [`the new key ${id} was revoked; no secret holds it`];
    if (this.#givenUp.includes(id))
      return [`the new key ${id} was given up for its place; a secret may hold it`];
    const revoking = this.#revoking.get(id);
    if (revoking !== undefined) {
      return [
        `the new key ${id} was being revoked; whether it was is not known; ${revoking ? 'a secret may hold it' : 'no secret holds it'}`,
      ];
    }
    const lines = [
      this.#late
        ? `the new key ${id} was stored too late to be relied on: another run may have revoked it`
        : `the new key ${id} is alive`,
    ];
    if (this.#written.length > 0) lines.push(`${list(this.#written.map(placeText))}: holds the new key`);
    const perhaps = this.#failed.filter(({ perhapsWritten }) => perhapsWritten === true);
    const refused = this.#failed.filter((one) => !perhaps.includes(one));
    if (perhaps.length > 0) lines.push(`${list(perhaps.map(placeText))}: ${EITHER}`);
    if (refused.length > 0) {
      lines.push(`${list(refused.map(placeText))}: the write failed; it holds what it held before`);
    }
    if (!this.#storing) lines.push('no target was written with it');
    else if (this.#targets === undefined)
      lines.push('every target: not written, or being written at that moment');
    else if (this.#written.length + this.#failed.length < this.#targets) {
      lines.push('every other target: not written, or being written at that moment');
    }
    return lines;
  }
}
