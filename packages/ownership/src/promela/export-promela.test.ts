import { describe, expect, it } from 'vitest';
import { comeAndGoInOrder } from '../fairness.ts';
import { scenario, variant } from '../found.testing.ts';
import type { Scenario } from '../scenario.ts';
import { exportPromela, type PromelaOptions } from './export-promela.ts';

const options: PromelaOptions = { command: 'custody export …' };
const exported = (variantId: string, story: string | Scenario, given: Partial<PromelaOptions> = {}) =>
  exportPromela(variant(variantId), typeof story === 'string' ? scenario(story) : story, { ...options, ...given });
/** Its text, each run of blanks as one. */
const textOf = (...given: Parameters<typeof exported>): string => (exported(...given).text ?? '').replace(/\s+/g, ' ');

describe('a scheme in a scenario, for SPIN', () => {
  it('has a label for each place where a task stands, and a step for each thing to do there', () => {
    const text = textOf('robin-mail', 'fail-before-claim');
    expect(text).toContain(
      'unuse_lock: if :: d_step { group_mutex == unlocked -> group_mutex = by_T0 } -> goto unuse_walk_B fi;',
    );
    expect(text).toContain(':: d_step { B_driver == driver_none } -> goto unuse_drop');
  });

  it('tells where the kernel chooses what it chose', () => {
    expect(textOf('robin-mail', 'fail-before-claim')).toContain('-> goto leave_clear_early /* fail */');
  });

  it('tells where a store becomes visible that is late', () => {
    expect(textOf('linux-6.15', 'dev-driver-toctou', { stores: 'late' })).toContain('/* its store becomes visible */');
    expect(textOf('linux-6.15', 'dev-driver-toctou')).not.toContain('visible */');
  });

  it('asserts a sentence about states after the steps that write what it reads', () => {
    const text = textOf('robin-mail', 'fail-before-claim');
    expect(text).toContain(
      'inline check_I4() { I4 = (T0_busy || T1_busy || group_owner == owner_none || A_holds || B_holds); assert(I4) }',
    );
    expect(text).toContain('d_step { group_owner = owner_none; A_stage = stage_left; check_I4(); check_I11() }');
    expect(text).toContain('d_step { A_stage = stage_removed } -> goto leave_clear');
  });

  it('asserts a sentence about steps where a step breaks it', () => {
    expect(textOf('vfio-viability', 'viability-toctou')).toContain('broken(I9) } -> goto bind_probe');
  });

  it('says at the steps that lead away from the start what is broken there already', () => {
    expect(exported('robin-sketch', 'case-1b').violated).toContain('I6');
    const steps = textOf('robin-sketch', 'case-1b').split('d_step {').slice(2);
    for (const step of steps) expect(step).toMatch(/^(?: [^;]* ->)? check_I6\(\);/);
  });

  it('counts where a step counts, from wherever it may', () => {
    expect(textOf('linux-6.1', 'probe-fails-late')).toContain('d_step { group_owner_cnt++; A_holds = 1 }');
  });

  it('stops all tasks at a BUG', () => {
    expect(textOf('vfio-viability', 'viability-toctou')).toContain('active proctype T0() provided (!bug)');
    expect(exported('vfio-viability', 'viability-toctou').stopped).toBe(9);
    expect(textOf('vfio-viability', 'case-1a')).not.toContain('provided');
  });

  it('lets a worker wait for ever', () => {
    expect(textOf('linux-6.17', 'default-domain-late')).toContain('end_bind_wake: if');
  });

  it('tells where a task stands to another only where that asks for it', () => {
    expect(textOf('robin-mail', comeAndGoInOrder)).toContain('byte T2_at;');
    expect(textOf('robin-mail', 'case-2a-i')).not.toMatch(/T\d_at/);
  });

  it('is not told in part', () => {
    expect(exported('robin-mail', 'case-1a', { maxStates: 5 })).toMatchObject({ complete: false, text: null });
  });
});
