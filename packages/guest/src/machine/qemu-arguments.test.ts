import { describe, expect, it } from 'vitest';
import { type MachinePlan, qemuArguments, shellWord } from './qemu-arguments.ts';

const plan: MachinePlan = { kernel: '/k', image: '/i', groups: [], accelerator: 'tcg', cpus: 2, megabytes: 512 };

const after = (words: readonly string[], word: string): string | undefined => words[words.indexOf(word) + 1];

describe('a machine', () => {
  it('has real threads under TCG, and the host’s processor under KVM', () => {
    expect(after(qemuArguments(plan), '-accel')).toBe('tcg,thread=multi');
    const kvm = qemuArguments({ ...plan, accelerator: 'kvm' });
    expect([after(kvm, '-accel'), after(kvm, '-cpu')]).toEqual(['kvm', 'host']);
  });

  it('ends, and does not begin again, when its kernel panics', () => {
    const words = qemuArguments(plan);
    expect(words).toContain('-no-reboot');
    expect(after(words, '-append')).toMatch(/\bpanic=-1\b/);
  });

  it('tells a guest under TCG how fast its clock runs, where that is known', () => {
    const known = { ...plan, tscKilohertz: 2445428 };
    expect(after(qemuArguments(known), '-append')).toMatch(/ tsc_early_khz=2445428$/);
    expect(after(qemuArguments({ ...known, accelerator: 'kvm' }), '-append')).not.toContain('tsc_early_khz');
    expect(after(qemuArguments(plan), '-append')).not.toContain('tsc_early_khz');
  });

  it('goes on from a file that may be called anything', () => {
    const words = qemuArguments(plan, "/tmp/it's here/machine");
    expect(after(words, '-incoming')).toBe("exec:cat '/tmp/it'\\''s here/machine'");
    expect(qemuArguments(plan)).not.toContain('-incoming');
  });
});

describe('a word for a shell', () => {
  it.each([
    ['/tmp/machine-1.x', '/tmp/machine-1.x'],
    ['a b', "'a b'"],
    ['$(id)', "'$(id)'"],
    ['', "''"],
  ])('%j is written %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});
