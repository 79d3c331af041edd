import { position } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Anchor } from './anchor.ts';
import { type NotesDocument, openNotes } from './notes-document.ts';

const start: Anchor = { position: position(0), event: null, kind: 'event' };
const note = (id: string, at = '2026-11-22T10:00:00.000Z') => ({
  id,
  author: 'ada',
  at,
  anchor: start,
  body: `about ${id}`,
});
const answer = (id: string, to: string, author = 'bob') => ({
  id,
  note: to,
  author,
  at: '2026-11-22T11:00:00.000Z',
  body: 'yes',
});

describe('notes', () => {
  it('are listed with their replies and whether they are settled', () => {
    const notes = openNotes();
    notes.add(note('n1'));
    notes.reply(answer('r1', 'n1'));
    notes.resolve({ note: 'n1', author: 'ada', at: '2026-11-22T12:00:00Z' });
    const { note: _to, ...reply } = answer('r1', 'n1');
    const asked = { replies: [reply], labels: [], resolved: true, withdrawn: false, orphan: false };
    expect(notes.list()).toEqual([{ ...note('n1'), ...asked }]);
  });

  it('can be opened again after they were settled', () => {
    const notes = openNotes();
    notes.add(note('n1'));
    notes.resolve({ note: 'n1', author: 'ada', at: '2026-11-22T12:00:00Z' });
    notes.resolve({ note: 'n1', author: 'bob', at: '2026-11-22T13:00:00Z', resolved: false });
    expect(notes.list()[0]?.resolved).toBe(false);
  });

  it('keep both replies of two people who reply at once', () => {
    const first = openNotes();
    const second = openNotes([first.add(note('n1'))]);
    const [mine, theirs] = [first.reply(answer('r1', 'n1', 'ada')), second.reply(answer('r2', 'n1', 'bob'))];
    first.apply(theirs);
    second.apply(mine);
    expect(first.list()[0]?.replies.map(({ author }) => author)).toEqual(['ada', 'bob']);
    expect(second.list()).toEqual(first.list());
  });

  it('say which notes there are when one is not', () => {
    const notes = openNotes();
    expect(() => notes.reply(answer('r1', 'n9'))).toThrow('there is no such note: there are no notes yet');
    notes.add(note('n2'));
    notes.add(note('n1'));
    expect(() => notes.resolve({ note: 'n9', author: 'ada', at: '2026-11-22T12:00:00Z' })).toThrow(
      'Cannot resolve note "n9" as there is no such note: the notes are n1, n2',
    );
  });

  it('of several lines are one text, which their author may edit on two machines at once', () => {
    const desktop = openNotes();
    const laptop = openNotes([desktop.add({ ...note('n1'), body: 'who holds it?\nnobody' })]);
    const first = desktop.edit({ id: 'n1', author: 'ada', body: 'who really holds it?\nnobody' });
    laptop.apply(laptop.edit({ id: 'n1', author: 'ada', body: 'who holds it?\nnobody yet' }));
    laptop.apply(first);
    desktop.apply(laptop.whole());
    expect(desktop.list()).toMatchObject([{ body: 'who really holds it?\nnobody yet' }]);
    expect(laptop.list()).toEqual(desktop.list());
  });

  it.each([1, 60, 64, 65, 5000])('with a body of %d characters are edited in less than 150 bytes', (length) => {
    const notes = openNotes();
    const body = 'x'.repeat(length);
    notes.add({ ...note('0123456789ab'), body });
    for (const edited of [`${body} indeed`, `so ${body} indeed`]) {
      expect(notes.edit({ id: '0123456789ab', author: 'ada', body: edited }).length).toBeLessThanOrEqual(150);
      expect(notes.list()).toMatchObject([{ body: edited }]);
    }
  });

  it('make an update that can be applied even where nothing changes', () => {
    const notes = openNotes();
    notes.add(note('n1'));
    const nothing = notes.edit({ id: 'n1', author: 'ada', body: 'about n1' });
    const alone = openNotes([nothing, notes.together(() => undefined)]);
    expect([alone.damaged, alone.list()]).toEqual([[], []]);
  });

  it('never overwrite each other', () => {
    const notes = openNotes();
    notes.add(note('n1'));
    expect(() => notes.add(note('n1'))).toThrow('that id is taken');
  });

  it('refuse bytes that are no update and stay as they were', () => {
    const notes = openNotes();
    const whole = notes.add(note('n1'));
    expect(() => notes.apply(Uint8Array.of(255, 255, 1))).toThrow('Cannot apply 3 bytes as they are not a Yjs update');
    expect(() => notes.apply(whole.slice(0, -3))).toThrow();
    expect(notes.list()).toHaveLength(1);
  });
});

/** Who (0…2) does what (add, reply, settle, open), about which of the notes they know, and who hears of it at once. */
const anyStory = fc.array(fc.record({ who: fc.nat(2), what: fc.nat(3), which: fc.nat(), hears: fc.nat(7) }), {
  minLength: 1,
  maxLength: 25,
});
type Story = ReadonlyArray<{ who: number; what: number; which: number; hears: number }>;

const act = (notes: NotesDocument, { who, what, which }: Story[number], turn: number): Uint8Array => {
  const known = notes.list();
  const about = known[which % Math.max(1, known.length)]?.id;
  const stamp = { author: `p${who}`, at: `2026-11-22T10:00:${String(turn).padStart(2, '0')}Z` };
  if (about === undefined || what === 0) return notes.add({ id: `n${turn}`, ...stamp, anchor: start, body: 'b' });
  if (what === 1) return notes.reply({ id: `r${turn}`, note: about, ...stamp, body: 'b' });
  return notes.resolve({ note: about, ...stamp, resolved: what === 2 });
};

/** Every update of the story, in the order in which it was made. */
const told = (story: Story): readonly Uint8Array[] => {
  const people = [openNotes(), openNotes(), openNotes()];
  return story.map((turn, number) => {
    const update = act(people[turn.who] as NotesDocument, turn, number);
    people.forEach((person, who) => {
      if ((turn.hears >> who) % 2 === 1) person.apply(update);
    });
    return update;
  });
};

describe('merging', () => {
  it('gives the same list in any order, twice, or by halves', () => {
    fc.assert(
      fc.property(
        anyStory
          .map(told)
          .chain((updates) =>
            fc.tuple(fc.constant(updates), fc.shuffledSubarray([...updates], { minLength: updates.length }), fc.nat()),
          ),
        ([updates, shuffled, cut]) => {
          const expected = openNotes(updates).list();
          expect(openNotes(shuffled).list()).toEqual(expected);
          expect(openNotes([...shuffled, ...updates]).list()).toEqual(expected);
          const half = cut % (updates.length + 1);
          const halves = [openNotes(shuffled.slice(0, half)).whole(), openNotes(shuffled.slice(half)).whole()];
          expect(openNotes(halves.reverse()).list()).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of a prefix gives the notes as they were then', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const log: Uint8Array[] = [];
        const asTheyWere = [openNotes().list()];
        const server = openNotes();
        for (const [number, turn] of story.entries()) {
          log.push(act(server, turn, number));
          asTheyWere.push(server.list());
        }
        asTheyWere.forEach((list, length) => {
          expect(openNotes(log.slice(0, length)).list()).toEqual(list);
        });
      }),
      { numRuns: 40 },
    );
  });
});
