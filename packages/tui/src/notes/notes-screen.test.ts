import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import type { Joined } from '../joined.ts';
import { outsideWithDesk } from '../outside.testing.ts';
import { expectToFit, fetched, screensOn } from '../screens.testing.ts';
import { openNotes } from './notes-screen.ts';

const twoLines = 'Why is the claim refused here?\nNobody has the group.';

/** A run with one thread of two, on a desk of its own. */
const discussed = async (given: Parameters<typeof outsideWithDesk>[0] = {}) => {
  const outside = outsideWithDesk(given);
  const made = await outside.desk.simulate({ variant: 'robin-mail', scenario: 'case-1a' }, { kind: 'round-robin' });
  const run = await outside.desk.open(made.run);
  const { changed = '' } = await outside.desk.addNote(run, position(4), { author: 'robin', body: twoLines });
  await outside.desk.replyToNote(run, changed, { author: 'jason', body: 'The driver came first.' });
  return { outside, run, shown: screensOn(await fetched(openNotes(made.run), outside), outside) };
};

describe('the notes screen', () => {
  it('lists threads and shows the chosen one in full', async () => {
    const { shown } = await discussed();
    expect(shown.frame()).toMatchSnapshot();
  });

  it('fits every terminal, whatever people write', async () => {
    const { outside, run, shown } = await discussed();
    await outside.desk.addNote(run, position(2), {
      author: 'a'.repeat(90),
      body: `${'no blanks '.repeat(80)}\n日本語${'語'.repeat(90)}\u001b[2J`,
    });
    shown.type('<ctrl-r>');
    await shown.shows('2 open');
    expectToFit(shown.top());
    shown.type('g');
    expectToFit(shown.top());
    expect(shown.frame()).not.toContain('\u001b');
  });

  it('takes an answer in a line', async () => {
    const { shown } = await discussed();
    shown.type('rI see now.<enter>');
    await shown.shows('I see now.');
    expect(shown.frame()).toContain('+2');
    shown.type('r <enter>');
    expect(shown.frame()).toContain('Nothing was written');
  });

  it('takes a note from the editor, and chooses it', async () => {
    const { shown } = await discussed({ edit: async () => 'A note\nof two lines' });
    shown.type('W');
    const frame = await shown.shows('of two lines');
    expect(frame).toMatch(/^> +4 +me +A note/m);
    expect(shown.top().place()).toBe('note 2/2');
  });

  it('settles a thread, and hides what is settled', async () => {
    const { shown } = await discussed();
    shown.type('x');
    await shown.shows('0 open, 1 settled');
    shown.type('v');
    expect(shown.frame()).toContain('All notes are settled: v shows them');
    shown.type('v');
    expect(shown.frame()).toContain('settled  Why');
    shown.type('x');
    await shown.shows('1 open, 0 settled');
  });

  it('labels a thread, and takes the label off', async () => {
    const { shown } = await discussed();
    shown.type('tcase:2.a<enter>');
    await shown.shows('Labelled case:2.a');
    expect(shown.frame()).toContain('[case:2.a]');
    shown.type('t-case:2.a<enter>');
    await shown.shows('No longer case:2.a');
    expect(shown.frame()).not.toContain('[case:2.a]');
  });

  it('edits, takes back and undoes what is one’s own only', async () => {
    const { shown } = await discussed({ edit: async (text) => `${text}, and why` });
    shown.type('e');
    await shown.shows('Cannot edit it: nothing in this thread is by me');
    shown.type('rI see<enter>');
    await shown.shows('  I see');
    shown.type('e');
    await shown.shows('  I see, and why');
    shown.type('d');
    await shown.shows('Taken back');
    expect(shown.frame()).not.toContain('I see');
    shown.type('u');
    await shown.shows('  I see, and why');
  });

  it('goes to the place in the run', async () => {
    const { shown } = await discussed();
    shown.type('<enter>');
    await shown.shows('position 4/');
    expect(shown.top().name).toBe('replay');
  });

  it('shows who else is here, and what they write as they write it', async () => {
    let heard = (_what: 'peers' | 'notes'): void => {};
    let at = position(1);
    const shownTo: number[] = [];
    const joined = (): Joined => ({
      peers: () => [{ name: 'jason', position: at }],
      trouble: () => null,
      watch: async (changed) => {
        heard = changed;
      },
      show: (position) => shownTo.push(position),
    });
    const { outside, run, shown } = await discussed({ joined });
    await shown.shows('here too: jason at 1');
    await outside.desk.addNote(run, position(1), { author: 'jason', body: 'from afar' });
    at = position(7);
    heard('peers');
    await shown.shows('here too: jason at 7');
    expect(shown.frame()).not.toContain('from afar');
    heard('notes');
    await shown.shows('from afar');
    expect(shown.top().place()).toBe('note 2/2');
    expect(shownTo).toEqual([4]);
  });

  it('says that there is no note yet, and takes the first', async () => {
    const outside = outsideWithDesk();
    const made = await outside.desk.simulate({ variant: 'linux-6.1', scenario: 'case-1a' }, { kind: 'round-robin' });
    const shown = screensOn(await fetched(openNotes(made.run), outside), outside);
    expect(shown.frame()).toContain('Nobody has written a note yet');
    shown.type('r');
    expect(shown.frame()).toContain('There is no note to answer');
    shown.type('afirst<enter>');
    await shown.shows(/^> +0 +me +first/m);
  });
});
