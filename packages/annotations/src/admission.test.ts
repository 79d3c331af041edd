import { position } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type Gate, openGate } from './admission.ts';
import { type NotesDocument, openNotes } from './notes-document.ts';
import { shapeOf } from './shape.ts';

const at = '2026-11-22T10:00:00Z';
const anchor = { kind: 'event', position: position(0), event: null } as const;
const noteBy = (author: string, id: string) => ({ id, author, at, anchor, body: 'look here' });

/** A gate behind which alice's note n1 stands, and a document of it for whoever wants to write. */
const withNote = () => {
  const gate = openGate();
  const update = openNotes().add(noteBy('alice', 'n1'));
  expect(gate.admit(update, 'alice').admitted).toBe(true);
  return gate;
};
const copyOf = (gate: Gate): Y.Doc => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, gate.whole());
  return doc;
};
/** What a hand-made change of the document makes as an update. */
const forged = (doc: Y.Doc, change: (shape: ReturnType<typeof shapeOf>) => void): Uint8Array => {
  const before = Y.encodeStateVector(doc);
  const shape = shapeOf(doc);
  doc.transact(() => change(shape));
  return Y.encodeStateAsUpdate(doc, before);
};
const stored = (author: string) => [author, 1, 'mine', 0, '', 0, 0, 0, 0, 0, 0, 0];

const refusal = (gate: Gate, update: Uint8Array, author: string): string => {
  const before = gate.whole();
  const answer = gate.admit(update, author);
  expect(gate.whole()).toEqual(before);
  if (answer.admitted) throw new Error('It was admitted');
  return answer.reason;
};

describe('the gate admits', () => {
  it('a note, a reply, a verdict and a label by who wrote them', () => {
    const gate = withNote();
    const notes = openNotes([gate.whole()]);
    const reply = notes.reply({ id: 'r1', note: 'n1', author: 'bob', at, body: 'yes' });
    expect(gate.admit(reply, 'bob')).toMatchObject({
      admitted: true,
      changes: [{ map: 'replies', id: 'r1', did: 'added', author: 'bob' }],
    });
    const verdict = notes.resolve({ note: 'n1', author: 'bob', at });
    expect(gate.admit(verdict, 'bob')).toMatchObject({ admitted: true, changes: [{ map: 'verdicts', author: 'bob' }] });
  });

  it('what it knows already, and says that nothing is new', () => {
    const gate = withNote();
    expect(gate.admit(gate.whole(), 'bob')).toEqual({ admitted: true, update: null, changes: [] });
  });

  it('an offline merge that repeats all that was ever deleted', () => {
    const gate = openGate();
    const doc = new Y.Doc();
    const put = (author: string) => shapeOf(doc).marks.set(`m-${author}`, [author, 1, 'here', 0, 0, 0, 0, 0, 0, 0]);
    put('alice');
    shapeOf(doc).marks.delete('m-alice');
    expect(gate.admit(Y.encodeStateAsUpdate(doc), 'alice').admitted).toBe(true);
    const bob = copyOf(gate);
    const update = forged(bob, ({ notes }) => notes.set('n2', stored('bob')));
    expect(Y.decodeUpdate(update).ds.clients.size).toBeGreaterThan(0);
    expect(gate.admit(update, 'bob')).toMatchObject({ admitted: true, changes: [{ id: 'n2' }] });
  });

  it('two verdicts that were given at once, whichever of them stands', () => {
    for (let round = 0; round < 8; round += 1) {
      const gate = withNote();
      const verdictBy = (author: string) => openNotes([gate.whole()]).resolve({ note: 'n1', author, at });
      const [alices, bobs] = [verdictBy('alice'), verdictBy('bob')];
      expect(gate.admit(alices, 'alice').admitted).toBe(true);
      expect(gate.admit(bobs, 'bob').admitted).toBe(true);
    }
  });

  it('an edited body of its author', () => {
    const gate = withNote();
    const doc = copyOf(gate);
    const first = forged(doc, ({ bodies }) => bodies.set('n1', new Y.Text('look')));
    expect(gate.admit(first, 'alice').admitted).toBe(true);
    const second = forged(doc, ({ bodies }) => (bodies.get('n1') as Y.Text).insert(4, ' there'));
    expect(gate.admit(second, 'alice')).toMatchObject({
      changes: [{ map: 'bodies', id: 'n1', did: 'changed', author: 'alice' }],
    });
  });
});

describe('the gate refuses', () => {
  it('a note that is signed by another', () => {
    const update = openNotes().add(noteBy('alice', 'n2'));
    expect(refusal(withNote(), update, 'mallory')).toBe('note "n2" is signed alice, and you are mallory');
  });

  it.each([
    ['a change of', (doc: Y.Doc) => forged(doc, ({ notes }) => notes.set('n1', stored('mallory')))],
    [
      'a change in the name of the author of',
      (doc: Y.Doc) => forged(doc, ({ notes }) => notes.set('n1', stored('alice'))),
    ],
    ['a removal of', (doc: Y.Doc) => forged(doc, ({ notes }) => notes.delete('n1'))],
    ['a new body for', (doc: Y.Doc) => forged(doc, ({ bodies }) => bodies.set('n1', new Y.Text('nonsense')))],
  ])("%s another's note", (_, attack) => {
    const gate = withNote();
    expect(refusal(gate, attack(copyOf(gate)), 'mallory')).toMatch(/"n1" is (alice's|signed alice|never removed)/);
  });

  it("an edit inside another's body, and a removal of it", () => {
    const gate = withNote();
    gate.admit(
      forged(copyOf(gate), ({ bodies }) => bodies.set('n1', new Y.Text('look'))),
      'alice',
    );
    const edit = forged(copyOf(gate), ({ bodies }) => (bodies.get('n1') as Y.Text).delete(0, 2));
    expect(refusal(gate, edit, 'mallory')).toContain('"n1" is alice\'s');
    const removal = forged(copyOf(gate), ({ bodies }) => bodies.delete('n1'));
    expect(refusal(gate, removal, 'mallory')).toContain('"n1" is alice\'s');
  });

  it("a delete of another's mark in an offline merge among writing of one's own", () => {
    const gate = withNote();
    gate.admit(
      forged(copyOf(gate), ({ marks }) => marks.set('m1', ['alice', 1, 'here', 0, 0, 0, 0, 0, 0, 0])),
      'alice',
    );
    const merge = forged(copyOf(gate), ({ notes, marks }) => {
      notes.set('n2', stored('mallory'));
      marks.delete('m1');
    });
    expect(refusal(gate, merge, 'mallory')).toBe('mark "m1" is alice\'s, and only alice may change it');
    expect(openNotes([gate.whole()]).list()).toHaveLength(1);
  });

  it("a note under another's id that was made without having seen it, whichever would stand", () => {
    for (let round = 0; round < 8; round += 1) {
      const update = openNotes().add(noteBy('mallory', 'n1'));
      expect(refusal(withNote(), update, 'mallory')).toContain('"n1" is alice\'s');
    }
  });

  it("a note under the id of another's reply: its body would be the thief's to write", () => {
    const gate = withNote();
    gate.admit(openNotes([gate.whole()]).reply({ id: 'r1', note: 'n1', author: 'alice', at, body: 'and' }), 'alice');
    const update = openNotes().add(noteBy('mallory', 'r1'));
    expect(refusal(gate, update, 'mallory')).toBe('the id "r1" is taken');
  });

  it("a removal of another's verdict", () => {
    const gate = withNote();
    gate.admit(openNotes([gate.whole()]).resolve({ note: 'n1', author: 'alice', at }), 'alice');
    const update = forged(copyOf(gate), ({ verdicts }) => verdicts.delete('n1'));
    expect(refusal(gate, update, 'mallory')).toBe('the verdict on "n1" is never removed');
  });

  it('what builds on what is not here, and says that it may be early', () => {
    const gate = withNote();
    const doc = copyOf(gate);
    forged(doc, ({ notes }) => notes.set('n2', stored('bob')));
    const second = forged(doc, ({ notes }) => notes.set('n3', stored('bob')));
    expect(gate.admit(second, 'bob')).toMatchObject({ admitted: false, early: true });
    const deletion = forged(doc, ({ notes }) => notes.delete('n2'));
    expect(gate.admit(deletion, 'bob')).toMatchObject({ admitted: false, early: true });
  });

  it("structs that go on from another's client id", () => {
    const gate = openGate();
    const doc = new Y.Doc();
    gate.admit(
      forged(doc, ({ notes }) => notes.set('n1', stored('alice'))),
      'alice',
    );
    const thief = copyOf(gate);
    thief.clientID = doc.clientID;
    const update = forged(thief, ({ notes }) => notes.set('n2', stored('mallory')));
    expect(refusal(gate, update, 'mallory')).toBe(`it goes on from client ${doc.clientID}, which is alice's`);
  });

  it.each([
    ['another part of the document', (doc: Y.Doc) => doc.getMap('votes').set('a', 1)],
    ['a list where a map is', (doc: Y.Doc) => doc.get('notes', Y.Array).insert(0, [1])],
    ['a map as a note', (doc: Y.Doc) => doc.getMap('notes').set('n1', new Y.Map([['author', 'bob']]))],
    ['a text with formats', (doc: Y.Doc) => formatted(doc)],
    ['a picture in a text', (doc: Y.Doc) => formatted(doc, true)],
    ['a document in a document', (doc: Y.Doc) => doc.getMap('notes').set('n1', new Y.Doc())],
    ['a number as a label', (doc: Y.Doc) => doc.getMap('labels').set('n1 x', 5)],
    ['a meaning under a wrong name', (doc: Y.Doc) => doc.getMap('meanings').set('zz', ['a', 'b', null, 'c'])],
    ['a very long id', (doc: Y.Doc) => doc.getMap('notes').set('n'.repeat(1000), stored('bob'))],
    [
      'a very long note',
      (doc: Y.Doc) => doc.getMap('notes').set('n1', ['bob', 1, 'x'.repeat(70_000), ...stored('bob').slice(3)]),
    ],
    ['an empty author', (doc: Y.Doc) => doc.getMap('notes').set('n1', stored(''))],
  ])('%s', (_, write) => {
    const doc = new Y.Doc();
    write(doc);
    refusal(openGate(), Y.encodeStateAsUpdate(doc), 'bob');
  });

  it('more bytes, and more records, than are allowed', () => {
    const gate = openGate({ updateBytes: 2000, records: 3 });
    const doc = new Y.Doc();
    for (const id of ['1', '2', '3']) {
      expect(
        gate.admit(
          forged(doc, ({ notes }) => notes.set(id, stored('bob'))),
          'bob',
        ).admitted,
      ).toBe(true);
    }
    const fourth = forged(doc, ({ notes }) => notes.set('4', stored('bob')));
    expect(refusal(gate, fourth, 'bob')).toBe('there are 3 records, and 3 are allowed');
    expect(refusal(gate, new Uint8Array(2001), 'bob')).toBe('it has 2001 bytes, and 2000 are allowed');
  });

  it('any bytes that are no update, and goes on', () => {
    const gate = withNote();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        gate.admit(bytes, 'mallory');
        expect(
          openNotes([gate.whole()])
            .list()
            .map(({ author }) => author),
        ).toEqual(['alice']);
      }),
    );
  });

  it('any update that was damaged on its way, or takes it for what it then says', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (place, byte) => {
        const gate = withNote();
        const update = forged(copyOf(gate), ({ notes }) => notes.set('n2', stored('mallory')));
        update[place % update.length] = byte;
        gate.admit(update, 'mallory');
        const list = openNotes([gate.whole()]).list();
        expect(list.find(({ id }) => id === 'n1')).toMatchObject({ author: 'alice', body: 'look here' });
        for (const { id, author } of list) expect(author).toBe(id === 'n1' ? 'alice' : 'mallory');
      }),
    );
  });
});

const formatted = (doc: Y.Doc, embedded = false): void => {
  const text = new Y.Text('bold');
  doc.getMap('notes').set('n1', stored('bob'));
  doc.getMap('bodies').set('n1', text);
  if (embedded) text.insertEmbed(0, { image: 'x' });
  else text.format(0, 4, { bold: true });
};

describe('what was admitted and could not be stored', () => {
  it('is taken back, and can be admitted again', () => {
    const gate = withNote();
    const before = gate.whole();
    const update = forged(copyOf(gate), ({ notes }) => notes.set('n2', stored('bob')));
    expect(gate.admit(update, 'bob').admitted).toBe(true);
    expect(gate.missing([update])).toEqual([]);
    gate.takeBack();
    expect(gate.whole()).toEqual(before);
    expect(gate.missing([update])).toEqual([update]);
    expect(gate.admit(update, 'bob')).toMatchObject({ admitted: true, changes: [{ id: 'n2', did: 'added' }] });
  });
});

describe('people who write at once', () => {
  const anyStory = fc.array(fc.record({ who: fc.nat(2), what: fc.nat(8), hears: fc.boolean() }), { maxLength: 30 });
  const act = (notes: NotesDocument, who: string, what: number, turn: number): Uint8Array => {
    const known = notes.list();
    const about = known[turn % Math.max(1, known.length)]?.id;
    if (about === undefined || what === 0) return notes.add(noteBy(who, `n${turn}`));
    const signed = { author: who, at };
    const mine = known.findLast(({ author }) => author === who)?.id;
    const claimed = { by: who, origin: '<1@there>' };
    if (what === 1) return notes.reply({ id: `r${turn}`, note: about, ...signed, body: 'b' });
    if (what === 2) return notes.reply({ id: `r${turn}`, note: about, author: 'eve', at, body: 'by mail', claimed });
    if (what === 3) return notes.label({ note: about, ...signed, label: `case:${turn % 3}`, on: turn % 2 === 0 });
    if (what === 4) return notes.mark({ id: `m${turn}`, ...signed, name: 'here', anchor });
    if (what === 5 && mine !== undefined) return notes.edit({ id: mine, author: who, body: `look again, ${turn}` });
    if (what === 6 && mine !== undefined) return notes.remove({ id: mine, author: who });
    if (what === 7) {
      const mark = notes.marks().find(({ author }) => author === who);
      if (mark !== undefined) return notes.remove({ id: mark.id, author: who });
    }
    return notes.resolve({ note: about, ...signed, resolved: turn % 2 === 0 });
  };

  it('are all admitted, and what is stored is what each of them has in the end', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const gate = openGate();
        const log: Uint8Array[] = [];
        const people = ['ada', 'bob', 'cyd'].map((name) => ({ name, notes: openNotes(), heard: 0 }));
        const hear = (person: (typeof people)[number]) => {
          for (const update of log.slice(person.heard)) person.notes.apply(update);
          person.heard = log.length;
        };
        for (const [turn, { who, what, hears }] of story.entries()) {
          const person = people[who] as (typeof people)[number];
          if (hears) hear(person);
          const answer = gate.admit(act(person.notes, person.name, what, turn), person.name);
          if (!answer.admitted) throw new Error(answer.reason);
          if (answer.update !== null) log.push(answer.update);
        }
        people.forEach(hear);
        const expected = openNotes(log).list();
        expect(openNotes([gate.whole()]).list()).toEqual(expected);
        for (const { notes } of people) expect(notes.list()).toEqual(expected);
      }),
    );
  });
});
