import { describe, expect, it } from 'vitest';
import type { Verb } from '../shell/outside.ts';
import { choicesOf, effectOf, type Vocabulary } from './palette.ts';

const verbs: readonly Verb[] = [
  { name: 'show', words: ['<run>'], does: 'print events', options: ['--from', '--to', '--grep'] },
  { name: 'simulate', words: ['<variant>', '<scenario>'], does: 'play', options: ['--seed'] },
  { name: 'import', words: ['<file...>'], does: 'read recordings', options: ['--title'] },
  { name: 'replay', words: ['[run]'], does: 'walk through a run', options: ['--at'] },
  { name: 'note add', words: ['<run>'], does: 'add a note', options: ['--body'] },
  { name: 'note list', words: ['<run>'], does: 'list notes', options: [] },
];
const vocabulary: Vocabulary = {
  verbs,
  titles: ['6.1-race', '6.1-type', '6.12-race'],
  paths: (begun) => ['traces/', 'trace.dat'].filter((path) => path.startsWith(begun)),
};
const textsFor = (line: string) => choicesOf(vocabulary, line).map(({ text }) => text);

describe('the palette', () => {
  it('completes the names of commands, those of two words too', () => {
    expect(textsFor('s')).toEqual(['show ', 'simulate ']);
    expect(textsFor('note')).toEqual(['note add ', 'note list ']);
    expect(textsFor('note a')).toEqual(['note add ']);
    expect(textsFor('xyzzy')).toEqual([]);
  });

  it('completes options, and says what a command takes', () => {
    expect(textsFor('show 6.1-race --')).toEqual([
      'show 6.1-race --from ',
      'show 6.1-race --to ',
      'show 6.1-race --grep ',
      'show 6.1-race --',
    ]);
    expect(choicesOf(vocabulary, 'simulate ').at(-1)?.does).toBe('simulate <variant> <scenario>');
  });

  it('completes runs, variants, scenarios and files, by their place in the command', () => {
    expect(textsFor('show 6.1-')).toEqual(['show 6.1-race ', 'show 6.1-type ', 'show 6.1-']);
    expect(textsFor('simulate robin-m')).toEqual(['simulate robin-mail ', 'simulate robin-m']);
    expect(textsFor('simulate robin-mail case-4b')).toEqual([
      'simulate robin-mail case-4b ',
      'simulate robin-mail case-4b',
    ]);
    expect(textsFor('import tr')).toEqual(['import traces/', 'import trace.dat ', 'import tr']);
    expect(textsFor('import a b tr')).toEqual(['import a b traces/', 'import a b trace.dat ', 'import a b tr']);
  });

  it('runs a command, with words in quotes kept together', async () => {
    const effect = effectOf(verbs, "custody show 6.1-race --grep 'errno=EBUSY op=claim'");
    if (typeof effect === 'string' || effect.type !== 'fetch') throw new Error('Cannot run it');
    expect(effect.name).toBe('run custody show 6.1-race --grep errno=EBUSY op=claim');
  });

  it('opens a screen for a command that has one', () => {
    expect(effectOf(verbs, 'replay 6.1-race --at 12')).toMatchObject({ type: 'fetch', name: 'open 6.1-race' });
  });

  it('holds a run against one variant or all of them on a screen; one in a file is for the command', () => {
    const withConform = [...verbs, { name: 'conform', words: ['<run>', '[variant]'], does: 'explain', options: [] }];
    const opens = (line: string) => {
      const effect = effectOf(withConform, line);
      return typeof effect !== 'string' && effect.type === 'open' ? effect.screen.title().left : effect;
    };
    expect(opens('conform 6.1-race robin-mail')).toBe('6.1-race by robin-mail');
    expect(opens('conform 6.1-race')).toBe('what explains 6.1-race');
    expect(opens('conform 6.1-race --all')).toBe('what explains 6.1-race');
    expect(opens('conform 6.1-race mine.json')).toMatchObject({ name: 'run custody conform 6.1-race mine.json' });
  });

  it('says so when there is no such command', () => {
    expect(effectOf(verbs, 'shwo 6.1-race')).toBe('There is no command "shwo": Tab lists them');
    expect(effectOf(verbs, ' ')).toBe('Nothing was typed');
  });
});
