import { describe, expect, it } from 'vitest';
import { caseLedger } from './case-ledger.ts';
import { RequestError } from './errors.ts';

const mail = ['1.a', '1.b', '1.c', '2.a.i', '2.a.ii', '2.b', '3', '4.a.i', '4.a.ii', '4.b'];

describe('the ledger of the cases', () => {
  it('finds each of the ten under the mail’s scheme, every one as the mail says', () => {
    const { cases, complete } = caseLedger({ variant: 'robin-mail' });
    expect(complete).toBe(true);
    expect(mail.filter((id) => cases[id]?.reached !== true || cases[id].holds !== true)).toEqual([]);
  });

  it('finds the phase that the mail does not list, with a shortest schedule and its scenario', () => {
    const { cases } = caseLedger({ variant: 'robin-mail' });
    expect(cases['g4']).toMatchObject({
      reached: true,
      holds: false,
      scenario: 'fail-before-claim',
      witness: 'T0*5 T1*3 T1!fail T0',
    });
    expect(caseLedger({ variant: 'robin-repaired' }).cases['g4']?.holds).toBe(true);
  });

  it('leaves out scenarios that change the scheme, unless they are named', () => {
    const all = caseLedger({ variant: 'robin-repaired' });
    expect(all.leftOut).toContain('double-unbind-hook-early');
    expect(all.cases['g1']?.holds).not.toBe(false);
    const named = caseLedger({ variant: 'robin-repaired', scenarios: ['double-unbind-hook-early'] });
    expect(named).toMatchObject({ leftOut: [], cases: { g1: { holds: false, scenario: 'double-unbind-hook-early' } } });
  });

  it('says that a claim can be overtaken for ever where the group is handed on, and never where it is not', () => {
    expect(caseLedger({ variant: 'robin-mail', scenarios: ['case-2a-i'] }).fairness.handedOn.bounded).toBe(false);
    expect(caseLedger({ variant: 'linux-6.1', scenarios: ['case-2a-i'] }).fairness.handedOn).toMatchObject({
      bounded: true,
      times: 0,
    });
  });

  it('promises nothing where a bound stopped the search', () => {
    const { complete, cases } = caseLedger({ variant: 'linux-6.1', scenarios: ['case-1a'] }, { maxStates: 8 });
    expect(complete).toBe(false);
    expect(Object.values(cases).some(({ holds }) => holds === true)).toBe(false);
  });

  it('tells what can be told in another size so, and refuses a named scenario that cannot', () => {
    expect(caseLedger({ variant: 'linux-6.1', scenarios: ['case-1a'], devices: 3 }).complete).toBe(true);
    expect(() => caseLedger({ variant: 'linux-6.1', scenarios: ['case-1b'], devices: 3 })).toThrow(RangeError);
    expect(() => caseLedger({ variant: 'linux-6.1', scenarios: ['case-9z'] })).toThrow(RequestError);
  });
});
