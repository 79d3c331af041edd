import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { openComparison } from './compare/open-compare.ts';
import { pickToCompare } from './compare/pick-screen.ts';
import { variantsOf } from './compare/variants-screen.ts';
import { conformOf } from './conform/conform-screen.ts';
import { rankingOf } from './conform/ranking-screen.ts';
import { casesOf } from './explore/cases-screen.ts';
import { explorationOf } from './explore/explore-screen.ts';
import { verdictsOf } from './explore/verdicts-screen.ts';
import { paintedRows } from './looks.ts';
import { openNotes } from './notes/notes-screen.ts';
import { outsideWithDesk } from './outside.testing.ts';
import { textOf } from './row.ts';
import { expectToFit, fetched, screensOn } from './screens.testing.ts';
import { anywhere } from './shell/anywhere.ts';
import type { Standing } from './shell/screen.ts';

const asked = { variant: 'robin-mail', scenario: 'fail-before-claim' };

const ready = async (
  standing: Standing,
  sign: string,
  outside: ReturnType<typeof outsideWithDesk>,
): Promise<Standing> => {
  const shown = screensOn(standing, outside);
  await shown.shows(sign);
  return shown.top();
};

const standings = async (): Promise<readonly Standing[]> => {
  const outside = outsideWithDesk();
  const { desk } = outside;
  const made = await desk.simulate(asked, { kind: 'round-robin' });
  const other = await desk.simulate({ ...asked, variant: 'linux-6.1' }, { kind: 'round-robin' });
  await desk.addNote(await desk.open(made.run), position(3), { author: 'robin', body: 'Why?' });
  return [
    explorationOf(asked),
    await ready(verdictsOf(asked), 'VIOLATED', outside),
    await ready(casesOf(asked), 'the ten cases', outside),
    await ready(variantsOf({ left: 'robin-mail', right: 'linux-6.1', scenario: asked.scenario }), 'only ', outside),
    await ready(rankingOf({ run: made.run, title: 'a story' }), 'explain it', outside),
    await ready(conformOf({ run: made.run, title: 'a story', variant: 'robin-mail' }), 'in numbers', outside),
    await fetched(pickToCompare(made.run), outside),
    await fetched(openComparison({ left: made.run, right: other.run }), outside),
    await fetched(openNotes(made.run), outside),
  ];
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours are made of
const withoutColours = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '');

describe('every screen', async () => {
  const all = await standings();

  it.each(all.map((standing) => [standing.name, standing] as const))('%s fits the terminal', (_, standing) => {
    expectToFit(standing);
  });

  it.each(all.map((standing) => [standing.name, standing] as const))(
    '%s gives each key one meaning',
    (_, { bindings }) => {
      const keys = [...bindings, ...anywhere].flatMap((binding) => binding.keys);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
      const ids = bindings.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)]);
    },
  );

  it.each(all.map((standing) => [standing.name, standing] as const))('%s reads the same in colour', (_, standing) => {
    for (const [columns, rows] of [
      [80, 20],
      [120, 36],
    ] as const) {
      const body = standing.body({ columns, rows });
      const drawn = [true, false].map((isColored) => paintedRows(body, isColored));
      const text = body
        .map((row) => textOf(row).trimEnd())
        .join('\n')
        .trimEnd();
      const lines = drawn.map((one) => withoutColours(one).replace(/ +$/gm, '').trimEnd());
      expect(lines).toEqual([text, text]);
      expect(drawn[0]).toContain('\u001b[');
    }
  });

  it.each(all.map((standing) => [standing.name, standing] as const))(
    '%s says what matters, without boxes',
    (_, standing) => {
      const lines = standing.spoken();
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join('')).not.toMatch(/[│─┌●┃]/);
    },
  );
});
