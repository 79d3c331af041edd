import { differencesOf, findVariant, type Knob, knobNames, knobs, type Variant, variants } from '@custody/workbench';
import { variantWord } from '../experiment-options.ts';
import { variantFrom } from '../own-variant.ts';
import { exit } from '../print.ts';
import { type Register, run } from '../register.ts';

const described = (variant: Variant) => {
  const { id, title, source, neighbour } = variant;
  const differs = Object.fromEntries(differencesOf(variant).map(({ knob, from, to }) => [knob, { from, to }]));
  return { id, title, source, neighbour, differs, knobs: variant.knobs };
};

const variantLines = (variant: Variant): string[] => {
  const { id, title, source, neighbour } = variant;
  const differs = differencesOf(variant).map(({ knob, to }) => `${knob} ${to}`);
  return [
    id,
    `    ${title}`,
    `    source: ${source}`,
    ...(neighbour === null ? [] : [`    ${neighbour}, but: ${differs.join('; ') || 'nothing'}`]),
  ];
};

/** A knob with what it decides, and each value with its meaning and the variants that take it. */
const knobLines = (listed: readonly Variant[]): string[] =>
  knobNames.flatMap((name) => {
    const { decides, source, values }: Knob = knobs[name];
    return [
      `${name}: ${decides} (${source})`,
      ...Object.entries(values).flatMap(([value, meaning]) => {
        const takers = listed.filter((variant) => variant.knobs[name] === value).map(({ id }) => id);
        return [`    "${value}": ${meaning}`, ...(takers.length === 0 ? [] : [`        ${takers.join(' ')}`])];
      }),
    ];
  });

export const registerVariants: Register = (program) => {
  program
    .command('variants')
    .argument('[file...]', `what to list (default: all): ${variantWord}`)
    .description('list the schemes that can be simulated and explored: their sources, and what differs')
    .option('--knobs', 'list what a scheme can decide, and how: the words of a variant of your own')
    .action(
      run(async ({ print }, { knobs: asksForKnobs }: { readonly knobs?: boolean }, words: readonly string[]) => {
        const listed: Variant[] = [];
        for (const word of words) {
          listed.push(findVariant(await variantFrom(word)));
        }
        const shown = words.length > 0 ? listed : variants;
        return print.answer({
          json: { variants: shown.map(described), ...(asksForKnobs && { knobs }) },
          text: asksForKnobs ? knobLines(shown) : shown.flatMap(variantLines),
          code: exit.yes,
        });
      }),
    );
};
