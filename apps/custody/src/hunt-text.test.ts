import type { HuntStory, PctPromise } from '@custody/workbench';
import { describe, expect, it } from 'vitest';
import { huntLines } from './hunt-text.ts';
import { forMail } from './print.ts';

const asked = { variant: 'robin-mail', scenario: 'case-1a', devices: 3 };
/** n = 3, k = 40, d = 2: 1 in 120; and 1 - (119/120)^10 = 0.080276…, by bc. */
const pct: PctPromise = {
  depth: 2,
  tasks: 3,
  steps: 40,
  measured: 65,
  perRun: 1 / 120,
  runs: 10,
  atLeast: 0.08027,
  longest: 38,
  holds: true,
};
const hunt: HuntStory = { scheduler: 'pct', seed: 7, asked: 10, runs: 3, longest: 38, cut: 0, found: null };
const found = { id: 'I4', seed: 9, steps: 19, switches: 5, shrunk: { steps: 14, switches: 1 } };

const told = (run: Parameters<typeof huntLines>[0]): string => huntLines(run, asked).join('\n');

describe('a hunt in text', () => {
  it('says what was found, how short it became, and with which seed and k it is found again', () => {
    const text = told({ hunt: { ...hunt, found }, pct });
    expect(text).toContain('hunt: 3 of at most 10 runs of pct, seeds 7 to 9\n');
    expect(text).toContain(
      'seed 9 shows I4 violated after 19 steps with 5 context switches; shrunk to 14 steps with 1 context switch\n',
    );
    expect(text).toContain(
      'see: custody simulate robin-mail case-1a --devices 3 --scheduler pct --seed 9 --depth 2 --steps 40 --runs 1\n',
    );
  });

  it('says that nothing found proves nothing, and that runs were cut', () => {
    expect(told({ hunt: { ...hunt, scheduler: 'random', runs: 10, longest: 10_000, cut: 4 }, pct: null })).toBe(
      '  hunt: 10 of at most 10 runs of random, seeds 7 to 16; 4 of them cut after 10,000 steps: ' +
        'none shows a violation, which proves nothing; the last is kept',
    );
  });

  it('is nothing where none was', () => {
    expect(told({ hunt: null, pct: null })).toBe('');
  });
});

describe('the bound of PCT in text', () => {
  it('has its numbers, what it presumes and where it is from, and no sign that a mail would lose', () => {
    const text = told({ hunt: null, pct });
    expect(text).toContain('depth d = 2, n = 3 tasks, k = 40 steps (the longest of 65 runs made to measure it)');
    expect(text).toContain('p = 1/(n*k^(d-1)), 1 in 120; 10 runs find it with at least 8.02 %, 1-(1-p)^10');
    expect(text).toContain('presumed: no run has more than k steps (the longest made had 38)');
    expect(text).toContain('Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010');
    expect(forMail([text.replaceAll('\n', ' ')]).join('')).not.toContain('?');
  });

  it('is withdrawn when a run was longer than k, or had no end', () => {
    expect(told({ hunt: null, pct: { ...pct, longest: 41, holds: false } })).toContain(
      'NO SUCH BOUND HOLDS HERE: a run had 41 steps, more than k; give --steps 41 or more',
    );
    expect(told({ hunt: null, pct: { ...pct, steps: 10_000, longest: 10_000, holds: false } })).toContain(
      'NO SUCH BOUND HOLDS HERE: a run had no end, and was cut after 10,000 steps',
    );
  });

  it.each([
    [0.05, '5 %'],
    [1 / 3, '33.3 %'],
    [0.99999, '99.9 %'],
    [1, '100 %'],
    [2e-9, '2.00 * 10^-7 %'],
    [0, '0 %'],
  ])('rounds a chance of %d down, as it is a least one', (atLeast, says) => {
    expect(told({ hunt: null, pct: { ...pct, atLeast } })).toContain(`at least ${says}, 1-`);
  });

  it.each([
    [1 / 722, '1 in 722;'],
    [1 / 1.25e20, '1 in 1.25 * 10^20;'],
    [0, '1 in more than 10^308;'],
  ])('tells a chance of %d as one in how many', (perRun, says) => {
    expect(told({ hunt: null, pct: { ...pct, perRun } })).toContain(says);
  });
});
