import { describe, expect, it } from 'vitest';
import { caseLedger } from './case-ledger.ts';
import { RequestError } from './errors.ts';

const mail = ['1.a', '1.b', '1.c', '2.a.i', '2.a.ii', '2.b', '3', '4.a.i', '4.a.ii', '4.b'];

describe('the ledger of the cases', () => {
  it('finds each of the ten under the mail’s scheme, every one as the mail says but for the end of 2.a.i', () => {
    const { cases, complete } = caseLedger({ variant: 'robin-mail' });
    expect(complete).toBe(true);
    expect(mail.filter((id) => cases[id]?.reached !== true)).toEqual([]);
    // "eventually tmp holds or tmp's own failure hook releases": not where tmp fails before its claim.
    expect(mail.filter((id) => cases[id]?.holds !== true)).toEqual(['2.a.i']);
    expect(cases['2.a.i']?.scenario).toBe('fail-before-claim');
  });

  it('says which properties are broken where something else is done than a case expects', () => {
    expect(caseLedger({ variant: 'robin-mail' }).cases['g4']?.broken).toEqual(expect.arrayContaining(['I4', 'I11']));
    expect(caseLedger({ variant: 'robin-repaired' }).cases['g4']?.broken).toEqual([]);
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

  it('tells what can be told in another size so, the rest as usual, and refuses a size that nothing has', () => {
    const ledger = (scenarios: readonly string[], devices?: number) =>
      caseLedger({ variant: 'linux-6.1', scenarios, ...(devices !== undefined && { devices }) });
    expect(ledger(['case-1a'], 3)).toMatchObject({ complete: true, scaled: ['case-1a'] });
    expect(ledger(['case-1b', 'case-1a'], 3)).toMatchObject({ complete: true, scaled: ['case-1a'] });
    expect(ledger(['case-1a']).scaled).toEqual([]);
    expect(() => ledger(['case-1b'], 3)).toThrow(RangeError);
    expect(() => ledger(['case-1b', 'case-1a'], 99)).toThrow(/any of these 2 scenarios with 99 devices/);
    expect(() => ledger(['case-9z'])).toThrow(RequestError);
  });

  it('says the same of a mutex that goes to who asked first', () => {
    const { inOrder } = caseLedger({ variant: 'robin-mail', scenarios: ['S-08'] }).fairness;
    expect(inOrder.outrun).toMatchObject({ bounded: true });
  });
});
