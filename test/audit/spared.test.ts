import { describe, expect, it } from 'vitest';
import type { AuditSnapshot } from '../../src/audit/snapshot.ts';
import { sparedBeside } from '../../src/audit/spared.ts';
import { DAY, key, MINUTE, SECOND, START } from '../rotation/records.ts';
import { HOUR, look, secret } from './look.ts';

const ids = (seen: AuditSnapshot) => sparedBeside(seen.keys, seen).map(({ key: { id } }) => id);

describe('the keys that a rotation could not revoke yet', () => {
  it('are those made within 15 minutes before the newest of their name, and until when they are spared', () => {
    const seen = look([
      key('newest', { age: HOUR }),
      key('edge', { age: HOUR + 15 * MINUTE }),
      key('older', { age: HOUR + 15 * MINUTE + SECOND }),
      key('other', { age: HOUR + MINUTE, name: 'other' }),
    ]);
    expect(sparedBeside(seen.keys, seen)).toEqual([{ key: seen.keys[1], until: START - HOUR }]);
  });

  it('are compared with the newest that is alive, and are alive themselves', () => {
    const gone = [
      key('revoked', { age: MINUTE, active: false }),
      key('expired', { age: MINUTE, expiresIn: -SECOND }),
    ];
    expect(ids(look([...gone, key('a', { age: 2 * MINUTE })]))).toEqual([]);
    expect(ids(look([...gone, key('newest', { age: 0 })]))).toEqual([]);
    const ended = key('ended', { age: 31 * DAY, expiresIn: -SECOND });
    expect(ids(look([ended, key('newest', { age: 31 * DAY - MINUTE })]))).toEqual([]);
    expect(ids(look([key('a', { age: 2 * MINUTE }), ...gone, key('newest', { age: 0 })]))).toEqual(['a']);
  });

  it('are not the key that a secret holds', () => {
    const keys = [key('held', { age: 2 * DAY }), key('lost', { age: 2 * DAY - 14 * MINUTE })];
    expect(ids(look(keys))).toEqual(['held']);
    expect(ids(look(keys, { secrets: [secret('acme/web', 2 * DAY)] }))).toEqual([]);
  });

  it('are not keys of jobs, of which many may have one name', () => {
    const jobs = ['a', 'b', 'c'].map((id) => key(id, { age: MINUTE, expiresIn: DAY - MINUTE }));
    expect(ids(look(jobs))).toEqual([]);
  });
});
