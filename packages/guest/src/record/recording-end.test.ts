import { describe, expect, it } from 'vitest';
import { type Outcome, profileBetween, recordingEnd } from './recording-end.ts';

const good: Outcome = {
  broken: null,
  oops: null,
  sent: 81_234,
  received: 81_234,
  profiles: { before: 'glock 10 2\n', after: 'glock 30 2\n' },
  stats: 'overrun: 0\n',
  remarks: [],
};

const kinds = (outcome: Partial<Outcome>): string[] =>
  recordingEnd({ ...good, ...outcome }).findings.map(({ kind }) => kind);

describe('a recording’s end', () => {
  it('is whole when the guest was done and every byte came', () => {
    expect(recordingEnd(good)).toEqual({
      isWhole: true,
      findings: [],
      beside: { profile: 'glock 20 0\n', stats: 'overrun: 0\n' },
    });
  });

  it.each<[string, Partial<Outcome>, string]>([
    ['bytes are missing', { received: 81_000 }, 'trace-cut'],
    ['nobody says how many there were', { sent: null }, 'trace-cut'],
    ['the guest was broken off', { broken: 'QEMU ended (by SIGKILL)' }, 'guest-broke-off'],
  ])('is not whole when %s', (_, outcome, kind) => {
    expect(recordingEnd({ ...good, ...outcome }).isWhole).toBe(false);
    expect(kinds(outcome)).toContain(kind);
  });

  it('can be whole after an oops, which it tells', () => {
    const oops = 'kernel BUG at drivers/vfio/vfio.c:698!';
    expect(recordingEnd({ ...good, oops })).toMatchObject({ isWhole: true });
    expect(kinds({ oops })).toEqual(['guest-oops']);
  });

  it('says what nobody counted', () => {
    expect(kinds({ profiles: { before: undefined, after: 'glock 30 2\n' } })).toEqual(['not-counted']);
    expect(kinds({ stats: undefined })).toEqual(['not-counted']);
  });

  it('passes on what the guest complained of', () => {
    expect(kinds({ remarks: ['This kernel has no BTF'] })).toEqual(['guest-remark']);
  });
});

describe('kprobe_profile between two looks', () => {
  it('counts what came in between; a probe that was not there before counts whole', () => {
    expect(profileBetween('  glock   5   1\n  old 3 0\n', '  glock   8   4\n  new   2   1\n')).toBe(
      'glock 3 3\nnew 2 1\n',
    );
  });
});
