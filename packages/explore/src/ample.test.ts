import { describe, expect, it } from 'vitest';
import { Ample } from './ample.ts';
import type { Behaviour, Footprint, TaskBehaviour } from './behaviour.ts';
import { drive } from './drive.ts';
import { allReductions, type ExploreOptions, explore, noReduction } from './explore.ts';
import type { Field } from './layout.ts';
import type { Property } from './property.ts';
import type { Report } from './report.ts';
import { follow } from './schedulers/follow.ts';
import { type Hand, type HandModel, type HandStep, handModel } from './steps.testing.ts';

type Run = NonNullable<HandStep['run']>;

const put =
  (field: string, value: number): Run =>
  (at) => {
    at.set(field, value);
    return undefined;
  };
const sees =
  (field: string): Run =>
  (at) => {
    at.mark(`saw ${at.get(field)}`);
    return undefined;
  };
const nothing: HandStep = {};

const after = (model: HandModel, schedule: readonly string[]): Int32Array => {
  const row = new Int32Array(model.words);
  model.initial(row, 0);
  drive(model, follow(schedule, { strict: true }), { onStep: (_, states, at) => row.set(states.subarray(at)) });
  return row;
};

type Making = (model: HandModel) => readonly Property[];
const none: Making = () => [];

/** Who may move alone after `schedule`, when all there is to know is known. */
const aloneAfter = (hand: Hand, schedule: readonly string[], properties: Making = none): readonly number[] => {
  const model = handModel(hand);
  const own = properties(model);
  explore(model, own);
  return candidates(new Ample(behaviourOf(model), own, model.symmetry), after(model, schedule));
};

const behaviourOf = (model: HandModel): Behaviour => {
  if (model.behaviour === undefined) throw new TypeError('Cannot ask a model what it does that does not say so');
  return model.behaviour();
};

const candidates = (ample: Ample, row: Int32Array): readonly number[] => {
  const found: number[] = [];
  for (let task = ample.pick(row, 0, 0); task >= 0; task = ample.pick(row, 0, task + 1)) found.push(task);
  return found;
};

const told = ({ complete, deadlock, witnesses, marks, standstills }: Report) => ({
  complete,
  standstills,
  deadlock: deadlock !== undefined,
  witnesses: [...witnesses.keys()].sort(),
  marks: [...marks.keys()].sort(),
});
/** The full graph and the reduced one, which say the same. */
const both = (hand: Hand, properties: Making = none): { readonly full: Report; readonly reduced: Report } => {
  const look = (options: ExploreOptions): Report => {
    const model = handModel(hand);
    return explore(model, properties(model), { leastGain: 0, ...options });
  };
  const full = look({ reduction: noReduction });
  // The search for shortest ways would find what the reduced one has missed.
  expect(told(look({ reduction: allReductions, exactStates: 1 }))).toEqual(told(full));
  const reduced = look({ reduction: allReductions });
  expect(told(reduced)).toEqual(told(full));
  return { full, reduced };
};

describe('a task moves alone', () => {
  it('with work that nobody else has to do with: one order of it is enough', () => {
    const work = [nothing, nothing, nothing];
    const { full, reduced } = both({ tasks: [work, work, work] });
    expect([full.states, reduced.states]).toEqual([4 ** 3, 3 * 3 + 1]);
  });

  const count: readonly HandStep[] = [
    { takes: 'l' },
    {
      run: (at) => {
        at.set('x', at.get('x') + 1);
        return undefined;
      },
    },
    { drops: 'l' },
  ];
  const counting: Hand = { fields: { x: 8 }, locks: ['l'], tasks: [count, count] };

  it('with what the lock protects that it holds, and not when it takes or drops the lock', () => {
    expect(aloneAfter(counting, ['T0'])).toEqual([0]);
    expect(aloneAfter(counting, [])).not.toContain(0);
    expect(aloneAfter(counting, ['T0', 'T0'])).not.toContain(0);
  });

  it('and not with what another reads without the lock', () => {
    const reader: Hand = { ...counting, tasks: [count, count, [{ run: sees('x') }]] };
    expect(aloneAfter(reader, ['T0'])).not.toContain(0);
    const { reduced } = both(reader);
    expect([...reduced.marks.keys()].sort()).toEqual(['saw 0', 'saw 1', 'saw 2']);
  });

  it('and not with what another reads under another lock', () => {
    const reader: Hand = {
      ...counting,
      locks: ['l', 'm'],
      tasks: [count, [{ takes: 'm' }, { run: sees('x') }, { drops: 'm' }]],
    };
    expect(aloneAfter(reader, ['T0'])).not.toContain(0);
    both(reader);
  });

  it('and not with a lock, where another may look whether it is taken and has not been seen to find it so', () => {
    const tries: HandStep = {
      run: (at) => {
        if (at.get('l') !== 0) return 2;
        at.set('l', 2);
        return 1;
      },
    };
    const model = handModel({
      locks: ['l'],
      tasks: [
        [{ takes: 'l' }, { drops: 'l' }],
        [tries, { drops: 'l' }],
      ],
    });
    drive(model, follow(['T1', 'T1', 'T0', 'T0']));
    const ample = new Ample(behaviourOf(model), [], undefined);
    expect(candidates(ample, after(model, ['T0']))).not.toContain(0);
  });

  it('once it has dropped the lock, what another does under it is in its way again', () => {
    const early: Hand = {
      ...counting,
      tasks: [[{ takes: 'l' }, { drops: 'l' }, { run: put('x', 5) }, nothing], count],
    };
    expect(aloneAfter(early, ['T0', 'T0'])).not.toContain(0);
    both({ ...early, tasks: [...early.tasks, [{ takes: 'l' }, { run: sees('x') }, { drops: 'l' }]] });
  });

  it('with nothing that it holds a lock for on some ways only', () => {
    const sometimes: Hand = {
      fields: { x: 4, y: 2 },
      locks: ['l'],
      tasks: [
        [{ run: () => 1, fails: () => 2 }, { takes: 'l' }, { run: put('x', 1) }, { run: put('x', 2) }, nothing],
        [{ takes: 'l' }, { run: sees('x') }, { drops: 'l' }],
      ],
    };
    expect(aloneAfter(sometimes, ['T0', 'T0'])).not.toContain(0);
    expect(aloneAfter(sometimes, ['T0!fail'])).not.toContain(0);
    both(sometimes);
  });

  it.each([
    [1, 2],
    [2, 1],
  ])('with nothing that it holds a lock for on the way by %d only, or by %d', (usual, other) => {
    const crossing: Hand = {
      fields: { x: 4 },
      locks: ['l'],
      tasks: [
        [
          { run: () => usual, fails: () => other },
          { takes: 'l', run: () => 3 },
          { run: () => 3 },
          { run: put('x', 1) },
          { run: put('x', 2) },
          nothing,
        ],
        [{ takes: 'l' }, { run: sees('x') }, { drops: 'l' }],
      ],
    };
    expect(aloneAfter(crossing, [usual === 1 ? 'T0!fail' : 'T0', 'T0'])).not.toContain(0);
    both(crossing);
  });

  it('and others come to move though it goes round and round for ever', () => {
    const round: HandStep = { run: () => 0 };
    const { reduced } = both({
      fields: { x: 2 },
      tasks: [
        [nothing, nothing, round],
        [{ run: sees('x') }, nothing],
      ],
    });
    expect([...reduced.marks.keys()]).toEqual(['saw 0']);
  });

  it('and others come to move though two of them go round and round, each on ways that cross', () => {
    const ways: readonly HandStep[] = [
      { run: () => 1, fails: () => 2 },
      { run: () => 2, fails: () => 0 },
      { run: () => 1, fails: () => 0 },
    ];
    const { reduced } = both({ tasks: [ways, ways, [{ run: (at) => void at.mark('came') }]] });
    expect([...reduced.marks.keys()]).toEqual(['came']);
  });

  it('only as far as it can move: who waits is passed over', () => {
    const { full } = both({
      fields: { x: 2, y: 2 },
      tasks: [
        [{ when: (at) => at.get('x') === 1, run: (at) => void at.mark('woke') }],
        [{ run: put('x', 1) }],
        [nothing, nothing],
      ],
    });
    expect([...full.marks.keys()]).toEqual(['woke']);
  });

  it('and a standstill is found, and one that waits for ever', () => {
    const { reduced } = both({ fields: { x: 2 }, tasks: [[{ when: (at) => at.get('x') === 1 }], [nothing, nothing]] });
    expect(reduced.standstills).toBe(1);
    expect(reduced.deadlock?.schedule).toHaveLength(2);
  });

  it('and a cycle of those who wait is found while others could go on', () => {
    const one: readonly HandStep[] = [{ takes: 'l' }, { takes: 'm' }, { drops: 'm' }, { drops: 'l' }];
    const other: readonly HandStep[] = [{ takes: 'm' }, { takes: 'l' }, { drops: 'l' }, { drops: 'm' }];
    const { full, reduced } = both({ locks: ['l', 'm'], tasks: [[nothing, nothing, nothing], one, other] });
    expect(reduced.deadlock?.schedule).toHaveLength(full.deadlock?.schedule.length ?? -1);
    expect(reduced.deadlock?.waits).toHaveLength(2);
  });
});

describe('a property', () => {
  const twice: readonly HandStep[] = [{ run: put('x', 1) }, { run: put('x', 0) }, nothing];

  it('is not passed by: who changes what it reads does not move alone', () => {
    const hand: Hand = {
      fields: { x: 2, y: 2 },
      tasks: [twice, [{ run: put('y', 1) }, { run: put('y', 0) }, nothing]],
    };
    const making: Making = ({ property }) => [property('not both', (at) => at.get('x') + at.get('y') < 2)];
    const { reduced } = both(hand, making);
    expect(reduced.witnesses.get('not both')).toHaveLength(2);
  });

  it('that does not say what it reads is asked after every step', () => {
    const hand: Hand = {
      fields: { x: 2, y: 2 },
      tasks: [twice, [{ run: put('y', 1) }, { run: put('y', 0) }, nothing]],
    };
    const making: Making = ({ property }) => {
      const { reads: _, ...silent } = property('not both', (at) => at.get('x') + at.get('y') < 2);
      return [silent];
    };
    expect(both(hand, making).reduced.witnesses.size).toBe(1);
  });

  const locked: readonly HandStep[] = [{ takes: 'l' }, ...twice, { drops: 'l' }];
  const isZero: Making = ({ property }) => [property('x is 0', (at) => at.get('x') === 0, { unless: ['l'] })];

  it('that says nothing while a lock is held does not mind what its holder does', () => {
    const hand: Hand = { fields: { x: 2 }, locks: ['l'], tasks: [locked, [nothing, nothing]] };
    expect(aloneAfter(hand, ['T0'], isZero)).toContain(0);
    expect(both(hand, isZero).reduced.witnesses.size).toBe(0);
  });

  it('that says nothing while a lock is held minds what others do, and what is left when it is dropped', () => {
    const others: Hand = { fields: { x: 2 }, locks: ['l'], tasks: [[{ takes: 'l' }, nothing, nothing], twice] };
    expect(both(others, isZero).reduced.witnesses.get('x is 0')).toEqual(['T1']);
    const left: Hand = {
      fields: { x: 2 },
      locks: ['l'],
      tasks: [
        [{ takes: 'l' }, { run: put('x', 1) }, { drops: 'l' }, { run: put('x', 0) }, nothing],
        [nothing, nothing],
      ],
    };
    expect(both(left, isZero).reduced.witnesses.get('x is 0')).toEqual(['T0', 'T0', 'T0']);
  });

  it('minds a lock of whose holder it says nothing, though nobody else wants that lock', () => {
    const hand: Hand = { fields: { x: 2 }, locks: ['l'], tasks: [[{ takes: 'l' }, nothing], twice] };
    expect(aloneAfter(hand, [], isZero)).not.toContain(0);
    const { reduced } = both(hand, isZero);
    expect(reduced.witnesses.get('x is 0')).toEqual(['T1']);
  });
});

describe('what the runs before the search have not shown', () => {
  /** So many choices that the runs before the search never get behind them. */
  const deep = 40;
  const hidden = (...last: readonly HandStep[]): readonly HandStep[] => [
    ...Array.from(
      { length: deep },
      (_, place): HandStep => ({ run: () => deep + last.length, fails: () => place + 1 }),
    ),
    ...last,
  ];
  const early: readonly HandStep[] = [{ run: put('x', 1) }, { run: put('x', 2) }, nothing];

  it('gets in the way all the same: a task that may yet come where nobody has been', () => {
    const { reduced } = both({ fields: { x: 4 }, tasks: [early, hidden({ run: sees('x') })] });
    expect([...reduced.marks.keys()].sort()).toEqual(['saw 0', 'saw 1', 'saw 2']);
  });

  it('gets in the way all the same: another way on from where others have been', () => {
    const once: HandStep = {
      run: (at) => {
        if (at.get('z') === 1) at.mark(`saw ${at.get('x')}`);
        return undefined;
      },
    };
    const { reduced } = both({
      fields: { x: 4, z: 2 },
      tasks: [early, hidden({ run: put('z', 1) }), [once, nothing, { run: () => 0, fails: () => 3 }]],
    });
    expect([...reduced.marks.keys()].sort()).toEqual(['saw 0', 'saw 1', 'saw 2']);
  });

  it('gets in the way all the same: what a property looks at then only', () => {
    const { reduced } = both(
      {
        fields: { x: 4, z: 2 },
        tasks: [[{ run: put('x', 1) }, { run: put('x', 0) }, nothing], hidden({ run: put('z', 1) })],
      },
      ({ property }) => [property('x is 0 once z is 1', (at) => at.get('z') === 0 || at.get('x') === 0)],
    );
    expect(reduced.witnesses.size).toBe(1);
  });

  it('gets in the way all the same: a lock that is not taken on a way that was not known', () => {
    const { reduced } = both({
      fields: { x: 4, z: 2 },
      locks: ['l'],
      tasks: [
        [{ takes: 'l' }, { run: put('x', 1) }, { run: put('x', 2) }, { drops: 'l' }],
        hidden({ run: put('z', 1) }),
        [
          { run: (at) => (at.get('z') === 1 ? 2 : 1) },
          { takes: 'l' },
          { run: sees('x') },
          { run: (at) => (at.get('l') === 3 ? 4 : 5) },
          { drops: 'l' },
          { run: () => 0, fails: () => 6 },
        ],
      ],
    });
    expect([...reduced.marks.keys()].sort()).toEqual(['saw 0', 'saw 1', 'saw 2']);
  });
});

describe('of those that are alike', () => {
  const alike = [
    [
      { task: 0, fields: ['x0'] },
      { task: 1, fields: ['x1'] },
    ],
  ];
  const script = (own: string): readonly HandStep[] => [{ run: put(own, 1) }, { run: put(own, 0) }, nothing];
  const hand: Hand = { fields: { x0: 2, x1: 2 }, tasks: [script('x0'), script('x1')], alike };

  it('a property that was seen to look at one looks at each', () => {
    const model = handModel(hand);
    explore(model, []);
    const reads = new Int32Array(model.words);
    const { word = 0, shift = 0 } = model.fields['x0'] ?? {};
    reads[word] = 1 << shift;
    const property: Property = { kind: 'always', name: 'x0 only, as far as was seen', holds: () => true, reads };
    const start = after(model, []);
    expect(candidates(new Ample(behaviourOf(model), [property], undefined), start)).toEqual([1]);
    expect(candidates(new Ample(behaviourOf(model), [property], model.symmetry), start)).toEqual([]);
  });

  it('each may do what one was seen to do', () => {
    const reader: Hand = {
      ...hand,
      fields: { x0: 2, x1: 2, y: 4 },
      tasks: [
        [...script('x0').slice(0, 2), { run: (at) => void at.mark(`saw ${at.get('y')}`) }, nothing],
        script('x1'),
        [{ run: put('y', 1) }, { run: put('y', 2) }, nothing],
      ],
    };
    const model = handModel({ ...reader, alike });
    drive(model, follow(['T0', 'T0', 'T0', 'T0', 'T1', 'T1', 'T1']));
    const known = behaviourOf(model);
    // T0 has finished; T1, which has not, may read y as T0 did.
    const row = after(model, ['T0', 'T0', 'T0', 'T0']);
    expect(candidates(new Ample(known, [], undefined), row)).toContain(2);
    expect(candidates(new Ample(known, [], model.symmetry), row)).not.toContain(2);
  });

  it('a cycle of those who wait is found, whichever of them has closed it, while others go on for ever', () => {
    const closes: readonly HandStep[] = [{ takes: 'l', when: (at) => at.get('m') !== 0 }, { takes: 'm' }];
    const { reduced } = both({
      locks: ['l', 'm'],
      tasks: [closes, closes, [{ takes: 'm' }, { takes: 'l' }], [nothing, { run: () => 0 }]],
      alike: [[{ task: 0 }, { task: 1 }]],
    });
    expect(reduced.deadlock?.schedule).toHaveLength(2);
    expect(reduced.deadlock?.waits).toHaveLength(2);
  });

  it('a lock that was seen to be one of them may be any, though nobody has touched the others yet', () => {
    const [at0, at1, at2, lock0, lock1, x] = [0, 1, 2, 3, 4, 5].map((word): Field => ({ word, shift: 0, mask: 3 })) as [
      Field,
      Field,
      Field,
      Field,
      Field,
      Field,
    ];
    const fields = [at0, at1, at2, lock0, x];
    const step = (next: number | null, ...touched: readonly Field[]): Footprint => {
      const numbers = new Set(touched.map((field) => fields.indexOf(field)));
      const takes = new Set(touched.flatMap((field) => (field === lock0 ? [fields.indexOf(field)] : [])));
      return { reads: numbers, writes: numbers, takes, drops: new Set(), next };
    };
    const task = (place: Field): TaskBehaviour => {
      const steps = new Map([
        [0, [step(1, place, lock0)]],
        [1, [step(2, place, x)]],
        [2, [step(null)]],
      ]);
      return { place, start: 0, steps };
    };
    const known: Behaviour = {
      fields,
      locks: new Set([fields.indexOf(lock0)]),
      tasks: [task(at0), { ...task(at1), steps: new Map([[2, [step(null)]]]) }, task(at2)],
    };
    const members = [
      { fields: [at0, lock0], tasks: [0] },
      { fields: [at1, lock1], tasks: [1] },
    ];
    const ample = new Ample(known, [], { groups: [{ members }], references: [] });
    // T2 holds lock1, and T0 is about to take its own, under which it will touch x.
    expect(candidates(ample, new Int32Array([0, 2, 1, 0, 3, 0]))).not.toContain(2);
  });
});
