import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { HybridError, hybridOf } from './hybrid.ts';
import { scenarios } from './scenarios/index.ts';
import { robinRepaired } from './variants/robin.ts';

const mended = { extends: 'robin-mail', knobs: { releaseOnEarlyFailure: 'after clear' } };

describe('a variant of one’s own', () => {
  it('is its neighbour but for what it says', () => {
    const { id, title, neighbour, knobs } = hybridOf(mended, 'schemes/mended.json');
    expect({ id, title, neighbour }).toEqual({
      id: 'mended',
      title: 'robin-mail, changed',
      neighbour: 'robin-mail',
    });
    expect(knobs).toEqual(robinRepaired.knobs);
  });

  it('can be explored', () => {
    const scenario = scenarios.find(({ id }) => id === 'fail-before-claim');
    if (scenario === undefined) throw new Error('no such scenario');
    const verdict = (document: unknown): string | undefined =>
      exploreVariant(hybridOf(document, 'own'), scenario).properties.find(({ id }) => id === 'I4')?.verdict;
    expect(verdict(mended)).toBe('holds');
    expect(verdict({ extends: 'robin-mail', knobs: {} })).toBe('violated');
  });

  it('may have an id and a title of its own', () => {
    const { id, title } = hybridOf({ ...mended, id: 'robin+hook', title: 'The hook everywhere' }, 'x.json');
    expect([id, title]).toEqual(['robin+hook', 'The hook everywhere']);
  });
});

describe('a document that is no variant', () => {
  it.each([
    ['a list', [], /Cannot use "x.json" as a variant as it is \[\]; the form is/],
    ['an unknown key', { ...mended, knob: {} }, /there is no key "knob"; did you mean "knobs"\?/],
    ['no neighbour', { knobs: {} }, /"extends" is missing.*there are: .*linux-6\.1/],
    ['an unknown neighbour', { extends: 'linux-6.11', knobs: {} }, /no such variant; did you mean "linux-6\.1/],
    ['no knobs', { extends: 'linux-6.1' }, /"knobs" is missing/],
    [
      'an unknown knob',
      { extends: 'linux-6.1', knobs: { claimSight: 'none' } },
      /did you mean "claimSite"\?; there are: /,
    ],
    [
      'an unknown value',
      { extends: 'linux-6.1', knobs: { claimRecord: 'tokens' } },
      /claimRecord cannot be "tokens"; did you mean "token"\?[\s\S]*"count": owner_cnt is one more\n/,
    ],
    [
      'a value that is no text',
      { extends: 'linux-6.1', knobs: { claimRecord: 1 } },
      /claimRecord cannot be 1; it says/,
    ],
    ['an inherited name', { extends: 'linux-6.1', knobs: { claimRecord: 'toString' } }, /cannot be "toString"/],
    [
      'knobs that do not combine',
      { extends: 'linux-6.1', knobs: { releaseRule: 'walk for the DMA API' } },
      /its knobs do not combine: a count is given back by releaseRule "decrement", a token by a walk/,
    ],
    ['the id of another', { ...mended, id: 'linux-6.1' }, /"linux-6\.1", which is a variant already/],
    ['an id that nobody could type', { ...mended, id: 'a b' }, /its id is "a b"/],
    ['an id that is no text', { ...mended, id: 7 }, /"id" is 7/],
  ])('is refused for %s', (_what, document, says) => {
    expect(() => hybridOf(document, 'x.json')).toThrow(HybridError);
    expect(() => hybridOf(document, 'x.json')).toThrow(says);
  });

  it('is told everything that is wrong with it at once', () => {
    const bad = { extends: 'linux', knobs: { claimSight: 'none', claimRecord: 'all' } };
    expect(() => hybridOf(bad, 'x.json')).toThrow(/extends[\s\S]*claimSight[\s\S]*claimRecord/);
  });
});
