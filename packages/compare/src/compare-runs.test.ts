import { deviceId, driverId, groupLock, position, type TraceEvent } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRuns } from './compare-runs.ts';
import { uncompared } from './event-key.ts';
import { anyEvents, asked, by, claimed, claiming, owned, side, six } from './hand-made.testing.ts';

const compare = (left: readonly TraceEvent[], right: readonly TraceEvent[]) =>
  compareRuns(side(...left), side(...right));
const parted = (left: readonly TraceEvent[], right: readonly TraceEvent[]) => {
  const answer = compare(left, right);
  if (answer.kind !== 'parted') throw new Error('these runs should part');
  return answer;
};
const comparable = (events: readonly TraceEvent[]) => events.filter(({ type }) => !uncompared.has(type)).length;

describe('comparing runs', () => {
  it('finds a run the same as itself', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const compared = events.flatMap(({ type }, index) => (uncompared.has(type) ? [] : [[index, index]]));
        expect(compare(events, events)).toEqual({
          kind: 'same',
          shared: comparable(events),
          pairs: compared,
          lost: { left: 0, right: 0 },
        });
      }),
    );
  });

  it('accounts for every compared event, and says the same of the two sides when they are swapped', () => {
    fc.assert(
      fc.property(anyEvents, anyEvents, (left, right) => {
        const [answer, swapped] = [compare(left, right), compare(right, left)];
        expect(swapped.kind).toBe(answer.kind);
        expect(swapped.shared).toBe(answer.shared);
        if (answer.kind !== 'parted' || swapped.kind !== 'parted') return;
        expect(answer.shared + answer.onlyLeft).toBe(comparable(left));
        expect(answer.shared + answer.onlyRight).toBe(comparable(right));
        expect([swapped.onlyRight, swapped.onlyLeft]).toEqual([answer.onlyLeft, answer.onlyRight]);
        expect(swapped.first).toEqual({ left: answer.first.right, right: answer.first.left });
      }),
    );
  });

  it('finds the one event that was inserted', () => {
    const inserted = by('T9', { type: 'DriverSet', data: { device: deviceId('a'), driver: driverId('d') } });
    fc.assert(
      fc.property(anyEvents, fc.nat(), (events, seed) => {
        const at = seed % (events.length + 1);
        const answer = parted(events, events.toSpliced(at, 0, inserted));
        expect([answer.onlyLeft, answer.onlyRight]).toEqual([0, 1]);
        expect(answer.first.right).toBe(at);
        expect(answer.next.right).toEqual(inserted);
        expect(answer.hunks.map(({ right }) => right)).toEqual([{ from: at, to: at + 1, events: 1 }]);
        expect(answer.results).toEqual([]);
      }),
    );
  });

  it('says what each did next, and that a run is over', () => {
    const [ask, yes, no] = [by('T0', claiming('a')), by('T0', claimed('OK')), by('T0', claimed('EBUSY'))];
    expect(parted([ask, yes], [ask, no])).toMatchObject({
      first: { left: 1, right: 1 },
      next: { left: yes, right: no },
    });
    expect(parted([ask, yes], [ask])).toMatchObject({ next: { left: yes, right: null }, first: { left: 1, right: 1 } });
  });
});

describe('what makes two events alike', () => {
  const bind = (pid: string, comm?: string) => [
    by(pid, asked('write bind', '0000:03:02.0 virtio-pci'), comm === undefined ? {} : { comm }),
    by(pid, { type: 'LockAcquired', data: { lock: groupLock(six) } }),
  ];

  it('is not the pid, the time, the cpu, the line, the comm or how it was known', () => {
    const left = bind('530', 'sh');
    const right = bind('812').map((event) => ({ ...event, at: 99, cpu: 1, line: 7 }) as TraceEvent);
    const inferred = { ...right[1], data: { lock: groupLock(six), inferred: true } } as TraceEvent;
    expect(compare(left, [right[0] as TraceEvent, inferred]).kind).toBe('same');
  });

  it('is not the address of an owner, but whether it is the same owner again', () => {
    const twice = (first: string, second: string) => [by('T0', owned(first, 1)), by('T0', owned(second, 2))];
    const [a, b, c] = ['0xff1100001fd8e800', '0xff1100001fd8f000', '0xff11000004a0c400'] as const;
    expect(compare(twice(a, a), twice(b, b)).kind).toBe('same');
    expect(compare(twice(a, b), twice(b, c)).kind).toBe('same');
    expect(compare(twice(a, a), twice(b, c)).kind).toBe('parted');
  });

  it('is not an address that was freed and given out again', () => {
    const tenures = (...owners: readonly string[]) =>
      owners.flatMap((owner) => [by('T0', owned(owner, 1)), by('T0', owned(null, 0))]);
    expect(
      compare(tenures('0xff1100001fd8e800', '0xff1100001fd8e800'), tenures('0xff1100001fd8e800', '0xff11000004a0c400'))
        .kind,
    ).toBe('same');
    expect(compare(tenures('vfio', 'vfio'), tenures('vfio', 'iommufd')).kind).toBe('parted');
  });

  it('does not shift when one more short-lived process comes first', () => {
    const answer = parted([...bind('530'), ...bind('531')], [...bind('10'), ...bind('11'), ...bind('12')]);
    expect([answer.shared, answer.onlyLeft, answer.onlyRight]).toEqual([4, 0, 2]);
  });

  it('is not a variant’s label', () => {
    const step = (label: string) => by('T0', { type: 'StepTaken', data: { label } });
    expect(compare([step('check')], [step('check6')]).kind).toBe('same');
  });
});

describe('results', () => {
  it('names the claim that was refused on one side only, though the tasks moved in another order', () => {
    const bind = by('T1', { type: 'DriverSet', data: { device: deviceId('a'), driver: driverId('d') } });
    const left = [by('T0', claiming('a')), by('T0', owned('a', 1)), by('T0', claimed('OK')), bind];
    const right = [bind, by('T0', claiming('a')), by('T0', claimed('EBUSY'))];
    expect(parted(left, right).results).toEqual([
      { role: 'T0', call: 'claim group 6', left: { errno: 'OK', position: 3 }, right: { errno: 'EBUSY', position: 3 } },
    ]);
  });

  it('tells binds and system calls too', () => {
    const run = (errno: string) => [
      by('530', asked('write bind', 'b pci')),
      by('530', { type: 'BindReturned', data: { device: deviceId('b'), errno } }),
      by('530', { type: 'SyscallReturned', data: { call: 'write bind', errno } }),
    ];
    expect(parted(run('OK'), run('EBUSY')).results.map(({ role, call }) => `${role}: ${call}`)).toEqual([
      'write bind b pci: bind b',
      'write bind b pci: write bind',
    ]);
  });
});

describe('where a comparison begins', () => {
  const marker = by('1', { type: 'MarkerWritten', data: { text: 'SCN begin' } });
  const [ask, yes] = [by('T0', claiming('a')), by('T0', claimed('OK'))];

  it('can be the first event of a type', () => {
    const answer = compareRuns(side(ask, ask, marker, yes), side(marker, yes), { alignOn: 'MarkerWritten' });
    expect(answer).toMatchObject({ kind: 'same', shared: 1 });
  });

  it('can be a position on either side', () => {
    const from = { left: position(1), right: position(0) };
    expect(compareRuns(side(ask, yes), side(yes), { from }).kind).toBe('same');
  });

  it('must exist', () => {
    expect(() => compareRuns(side(ask), side(ask), { alignOn: 'BugHit' })).toThrow(/no such event/);
  });
});

describe('a long comparison', () => {
  it('of two unlike runs of 30,000 events ends, with an answer that need not be the best', () => {
    const loop = (count: number, stride: number) =>
      Array.from({ length: count }, (_, turn) => {
        const odd = (turn * stride) % 7 < 3;
        return by(odd ? 'T0' : 'T1', turn % 3 === 0 ? claiming('a') : claimed(odd ? 'OK' : 'EBUSY'));
      });
    const answer = parted(loop(30_000, 3), loop(30_000, 5));
    expect(answer.exact).toBe(false);
    expect(answer.shared + answer.onlyLeft).toBe(30_000);
  }, 60_000);
});
