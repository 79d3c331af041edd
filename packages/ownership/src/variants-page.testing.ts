import { noReduction } from '@custody/explore';
import { cases } from './cases.ts';
import { exploreVariant, type VariantReport } from './explore-variant.ts';
import { type Fairness, fairnessOf } from './fairness.ts';
import { type Fix, fixes, type Setting } from './fixes.ts';
import { type KnobName, type Knobs, knobNames, knobs } from './knobs.ts';
import { sentences, sentencesOf } from './properties.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { callText } from './script-text.ts';
import { twisted, type Variant } from './variant.ts';
import { variants } from './variants/index.ts';

/** docs/variants.md, made of the same data that the tool runs on. */

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
];

const differences = ({ knobs: own, neighbour }: Variant): readonly (readonly [KnobName, string])[] => {
  const other = variants.find(({ id }) => id === neighbour)?.knobs;
  return knobNames.filter((name) => own[name] !== other?.[name]).map((name) => [name, own[name]]);
};

const variantRows = (): readonly (readonly string[])[] =>
  variants.map((variant) => {
    const { id, title, source, neighbour } = variant;
    const change = differences(variant).map(([name, value]) => `${name}: ${value}`);
    const differs = neighbour === null ? 'what the others differ from' : `${code(neighbour)}, but ${change.join('; ')}`;
    return [code(id), title, differs, source];
  });

const knobRows = (): readonly (readonly string[])[] =>
  knobNames.flatMap((name) => {
    const values: Readonly<Record<string, string>> = knobs[name].values;
    return Object.entries(values).map(([value, meaning], index) => [
      index === 0 ? `**${name}**: ${knobs[name].decides}` : '',
      code(value),
      meaning,
      variants
        .filter(({ knobs: own }) => own[name] === value)
        .map(({ id }) => code(id))
        .join(' ') || 'none of these',
    ]);
  });

type Reports = ReadonlyMap<string, VariantReport>;
const keyOf = (variant: Variant, scenario: Scenario): string => `${variant.id} ${scenario.id}`;

const exploreAll = (): Reports =>
  new Map(
    variants.flatMap((variant) =>
      scenarios.map(
        (scenario) =>
          [keyOf(variant, scenario), exploreVariant(variant, scenario, { reduction: noReduction })] as const,
      ),
    ),
  );

const isTwisting = (variant: Variant, scenario: Scenario): boolean => twisted(variant, scenario) !== variant;

/** What was found of the scheme itself: not where a scenario makes another of it. */
const reportsOf = (reports: Reports, variant: Variant): readonly VariantReport[] =>
  scenarios
    .filter((scenario) => !isTwisting(variant, scenario))
    .map((scenario) => reports.get(keyOf(variant, scenario)) as VariantReport);

const brokenIn = (reports: Reports, variant: Variant, id: string): readonly string[] =>
  reportsOf(reports, variant)
    .filter(({ properties }) => properties.some((property) => property.id === id && property.verdict === 'violated'))
    .map(({ scenario }) => scenario);

const propertyRows = (reports: Reports): readonly (readonly string[])[] =>
  sentences.map(({ id, name, appliesTo }) => [
    `**${id}** ${name}`,
    ...variants.map((variant) => {
      if (appliesTo?.(variant.knobs) === false) return 'n/a';
      const broken = brokenIn(reports, variant, id);
      return broken.length === 0 ? 'holds' : `broken in ${broken.length}`;
    }),
  ]);

const howOften = (count: number): string => (count === 1 ? 'one scenario' : `${count} scenarios`);

/** Everything that is broken, by variant: the property, a shortest schedule, and where else. */
const witnessLines = (reports: Reports): readonly string[] =>
  variants.flatMap((variant) => {
    const lines = sentencesOf(variant.knobs).flatMap(({ id }) => {
      const found = reportsOf(reports, variant).flatMap(({ scenario, properties }) => {
        const verdict = properties.find((property) => property.id === id && property.verdict === 'violated');
        return verdict === undefined ? [] : [{ scenario, steps: verdict.steps ?? 0, schedule: verdict.schedule ?? '' }];
      });
      // Where it is so from the start there is nothing to replay: another scenario shows how it comes to be.
      const [shortest] = [...found].sort((left, right) => (left.steps || Infinity) - (right.steps || Infinity));
      if (shortest === undefined) return [];
      const others = found.filter((other) => other !== shortest).map(({ scenario }) => code(scenario));
      return [
        `- ${id} in ${code(shortest.scenario)}, ${shortest.steps === 0 ? 'from the start' : `${shortest.steps} steps: ${code(shortest.schedule)}`}${others.length === 0 ? '' : `; also in ${others.join(', ')}`}`,
      ];
    });
    return [
      `**${code(variant.id)}**${lines.length === 0 ? ': nothing.' : ''}`,
      '',
      ...lines,
      ...(lines.length === 0 ? [] : ['']),
    ];
  });

const ledgerRows = (reports: Reports): readonly (readonly string[])[] =>
  cases.map(({ id, says }) => [
    `**${id}** ${says}`,
    ...variants.map((variant) => {
      const verdicts = reportsOf(reports, variant).map((report) => [report.scenario, report.cases[id]] as const);
      const failed = verdicts.filter(([, verdict]) => verdict?.holds === false).map(([scenario]) => code(scenario));
      if (failed.length > 0) return `**fails** in ${howOften(failed.length)}, e.g. ${failed[0]}`;
      return verdicts.some(([, verdict]) => verdict?.reached) ? 'holds' : 'not reached';
    }),
  ]);

const unlistedLines = (reports: Reports): readonly string[] => {
  const found = new Map<
    string,
    { readonly variants: Set<string>; readonly scenario: string; readonly witness: string }
  >();
  for (const variant of variants) {
    for (const { scenario, unlisted } of reportsOf(reports, variant)) {
      for (const { says, witness } of unlisted) {
        const known = found.get(says);
        if (known === undefined) found.set(says, { variants: new Set([variant.id]), scenario, witness });
        else known.variants.add(variant.id);
      }
    }
  }
  return [...found].map(
    ([says, { variants: ids, scenario, witness }]) =>
      `- ${says}: ${[...ids].map(code).join(', ')}; e.g. ${code([...ids][0] ?? '')} in ${code(scenario)}: ${code(witness)}`,
  );
};

const overtakingText = ({ bounded, times, schedule, loop }: Fairness['handedOn']): string => {
  if (loop !== null) return `without bound: ${code(schedule)}, and then ${code(loop)} for ever`;
  return bounded === true && times === 0 ? 'never' : `at most ${times} times: ${code(schedule)}`;
};

const fairnessRows = (): readonly (readonly string[])[] =>
  variants.map((variant) => {
    const { handedOn, outrun, inOrder } = fairnessOf(variant);
    return [code(variant.id), ...[handedOn, outrun, inOrder.handedOn, inOrder.outrun].map(overtakingText)];
  });

const deviceText = ({ devices, outside }: Scenario): string =>
  Object.entries(devices)
    .map(([name, driver]) => `${name} ${outside?.[name] ?? driver ?? 'unbound'}`)
    .join(', ');

const sizeText = ({ scaled }: Scenario): string => {
  if (scaled === undefined) return '';
  const range = ([least, most]: readonly [number, number]): string =>
    least === most ? `${least}` : `${least} to ${most}`;
  return `${range(scaled.devices)} devices, ${range(scaled.claimers)} claimers`;
};

const scenarioRows = (): readonly (readonly string[])[] =>
  scenarios.map((scenario) => [
    code(scenario.id),
    scenario.tags.join(', '),
    scenario.title,
    `${deviceText(scenario)}${scenario.owner === null ? '' : `; owned by ${scenario.owner}`}`,
    scenario.tasks.map((script, task) => `T${task}: ${script.map(callText).join('; ')}`).join('<br>'),
    sizeText(scenario),
  ]);

const settingText = ({ variant, knobs: changed = {} }: Setting): string => {
  const change = Object.entries(changed).map(([name, value]) => `${name}: ${value}`);
  return change.length === 0 ? code(variant) : `${code(variant)} with ${change.join(', ')}`;
};

/** The variant that a setting describes. */
export const variantFor = ({ variant: id, knobs: changed }: Setting): Variant => {
  const variant = variants.find((candidate) => candidate.id === id);
  if (variant === undefined) throw new ReferenceError(`Cannot show a fix in "${id}" as there is no such variant`);
  const own: Knobs = { ...variant.knobs, ...changed };
  return { ...variant, knobs: own };
};

const fixText = ({ here }: Fix): string => {
  if (typeof here === 'string') return here;
  const { scenario, before, after, breaks } = here;
  return `${code(scenario)}: ${settingText(before)} breaks ${breaks.join(', ')}; ${settingText(after)} does not`;
};

const fixRows = (): readonly (readonly string[])[] =>
  fixes.map((fix) => [fix.id, fix.commits, fix.release, fix.what, fixText(fix)]);

/** A scenario that makes another scheme of some: what those break then. */
const twistLines = (reports: Reports, scenario: Scenario): readonly string[] => {
  if (scenario.twist === undefined) return [];
  const change = Object.entries(scenario.twist).map(([name, value]) => `${name}: ${value}`);
  const broken = new Map<string, string[]>();
  for (const variant of variants.filter((candidate) => isTwisting(candidate, scenario))) {
    const { properties } = reports.get(keyOf(variant, scenario)) as VariantReport;
    const ids = properties.filter(({ verdict }) => verdict === 'violated').map(({ id }) => id);
    const key = ids.length === 0 ? 'nothing' : ids.join(', ');
    broken.set(key, [...(broken.get(key) ?? []), code(variant.id)]);
  }
  const found = [...broken].map(([ids, names]) => `${names.join(', ')} break${names.length === 1 ? 's' : ''} ${ids}`);
  return [`- ${code(scenario.id)} is about ${change.join(', ')}. So changed, ${found.join('; ')}.`];
};

const mail = `Robin Murphy, Wed, 23 Feb 2022 13:04:13 +0000, "Re: [PATCH v6 02/11] driver core: Add dma_cleanup callback in
bus_type", on the iommu list. He argues that who leaves may read a sibling's \`dev->driver\` without its lock: whatever it
sees, what it then does to the group is right. He goes through ten cases, by what the sibling is doing while the one who
leaves holds the group's mutex. What the ten do not list (g1 to g6 of domain/ownership.md §3) is judged beside them.`;

/** The whole page. */
export const variantsPage = (): string => {
  const reports = exploreAll();
  return [
    '<!-- Made by `npm run docs` from packages/ownership; a test says when it is out of date. Do not edit. -->',
    '',
    '# Variants and scenarios',
    '',
    'Every scheme of the thread and every kernel since, explored in every scenario: what each is, what it breaks, and a',
    'schedule for each "no". Everything here can be had from the command line: `custody explore VARIANT SCENARIO`,',
    "`custody cases VARIANT`, `custody variants --knobs`; a schedule is replayed with `custody simulate VARIANT SCENARIO --schedule '…'`.",
    '',
    'Sources named "domain/ownership.md" are sections of the specification that this project was given: the kernel sources and',
    'mails that it was read from are named there, and the commits and mails here.',
    '',
    '## The schemes',
    '',
    ...table(['id', 'what', 'as', 'source'], variantRows()),
    '',
    '## The knobs',
    '',
    'A scheme is what these say. A scheme of your own is a file: `{"extends": "linux-6.1", "knobs": {"claimSite": "…"}}`,',
    'given by its path where a variant is asked for.',
    '',
    ...table(['knob', 'value', 'meaning', 'schemes'], knobRows()),
    '',
    '## What holds',
    '',
    'In how many of the scenarios below a property is broken. Some scenarios are about a kernel without a fix, a debug',
    'option or a twist, so that "broken" there is no news.',
    '',
    ...table(['', ...variants.map(({ id }) => code(id))], propertyRows(reports)),
    '',
    'Two scenarios make another scheme of some, and so are not counted for those:',
    '',
    ...scenarios.flatMap((scenario) => twistLines(reports, scenario)),
    '',
    '## The ten cases',
    '',
    mail,
    '',
    ...table(['', ...variants.map(({ id }) => code(id))], ledgerRows(reports)),
    '',
    'A scheme without a release hook (`vfio-viability`) reaches none. Situations that no case covers:',
    '',
    ...unlistedLines(reports),
    '',
    '### "Unfair, but not incorrect"',
    '',
    'Two kernel drivers come and go for ever while a user tries for ever to claim. How often can its claim, waiting for the',
    "group's mutex, be overtaken? *Handed on*: the last holder leaves, and what it had passes to a sibling inside the mutex",
    '(2.a.i). *Outrun*: the group was free, and a kernel driver that asked later took the mutex first.',
    '',
    "A mutex that goes to who asked first lets nobody be outrun; what is handed on inside it is the scheme's own unfairness.",
    '',
    ...table(['scheme', 'handed on', 'outrun', 'handed on, in order', 'outrun, in order'], fairnessRows()),
    '',
    '## What is broken, and how',
    '',
    ...witnessLines(reports),
    '## Scenarios',
    '',
    'Drivers: `nic` and `hba` use the DMA API; `vfio` and `stub` manage their own DMA, and `vfio` claims for user space.',
    '',
    ...table(['id', 'tags', 'what', 'devices', 'tasks', 'sizes'], scenarioRows()),
    '',
    '## Real fixes',
    '',
    'Those of domain/ownership.md §4.3, and how they look here.',
    '',
    ...table(['fix', 'commits', 'release', 'what', 'here'], fixRows()),
    '',
  ].join('\n');
};
