import { lineOf } from '@custody/replay';
import {
  type CasesOfRun,
  type Conformance,
  type Continuation,
  type Coverage,
  cases,
  type Ranking,
  type RunConformance,
  type RunsCoverage,
  refutationLines,
} from '@custody/workbench';
import { quoted } from './experiment-options.ts';
import { count, many } from './print.ts';

const timesText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, times]) => `${name} ${count(times)}`)
    .join(', ');

const casesText = (cases: Coverage['cases']): string =>
  Object.entries(cases)
    .map(([id, { met, holds }]) => `${id} ${count(met)}${holds ? '' : ' (not as expected)'}`)
    .join(', ');

const coverageLines = ({ steps, cases, outcomes }: Coverage): readonly string[] => [
  `  calls returned: ${timesText(outcomes) || 'none'}`,
  `  cases met: ${casesText(cases) || 'none'}`,
  `  steps of the model: ${many(Object.keys(steps).length, 'label')}`,
];

const workText = ({ worlds, steps, hidden }: Conformance): string =>
  `  at most ${many(worlds, 'world')} possible at one time; ${many(steps, 'step')} of the model, ${count(hidden)} of which no line shows`;

const groupsText = ({ groups }: Conformance): string =>
  groups.length === 0 ? 'no group' : `group${groups.length === 1 ? '' : 's'} ${groups.join(', ')}`;

const headOf = (found: RunConformance): string => {
  const { title, variant, answer, position, events } = found;
  switch (answer.kind) {
    case 'explained':
      return `${title} is explained by ${variant}: all ${count(events)} events, ${groupsText(found)}`;
    case 'refuted':
      return `${title} is refuted by ${variant} at position ${position}, after ${count(position)} of ${count(events)} events, in group ${answer.group}:`;
    case 'inconclusive':
      return `${title} is inconclusive for ${variant}: ${count(position)} of ${count(events)} events are explained, then ${answer.why}`;
  }
};

/** Whether a variant can do what a run shows, in words. */
export const conformLines = (found: RunConformance): readonly string[] => {
  const { answer, title, position, coverage } = found;
  const see = `custody replay ${quoted(title)} --at ${position}`;
  if (answer.kind === 'refuted')
    return [
      headOf(found),
      ...refutationLines(answer, found).map((line) => `  ${line}`),
      workText(found),
      `  see: ${see}`,
    ];
  return [
    headOf(found),
    workText(found),
    ...coverageLines(coverage),
    `  see: ${answer.kind === 'explained' ? `custody conform ${quoted(title)} --all` : see}`,
  ];
};

const rowOf = (found: Conformance, width: number): string => {
  const { variant, answer, position } = found;
  const name = variant.padEnd(width);
  if (answer.kind === 'explained') return `  ${name}  explains all of it`;
  if (answer.kind === 'inconclusive') return `  ${name}  inconclusive after ${count(position)}: ${answer.why}`;
  return `  ${name}  parts at ${position}: ${lineOf(answer.event).trim().replace(/\s+/g, ' ')}`;
};

/** Every variant against one run, in words. */
export const rankingLines = ({ title, variants }: Ranking): readonly string[] => {
  const explaining = variants.filter(({ answer }) => answer.kind === 'explained').map(({ variant }) => variant);
  const width = Math.max(...variants.map(({ variant }) => variant.length));
  const [best] = variants;
  return [
    explaining.length === 0
      ? `${title} is explained by no variant of all ${variants.length}`
      : `${title} is explained by ${explaining.join(', ')}`,
    ...variants.map((found) => rowOf(found, width)),
    ...(best === undefined ? [] : [`  see: custody conform ${quoted(title)} ${best.variant}`]),
  ];
};

/** What a set of runs has been through, in words. */
export const runsCoverageLines = ({ variant, runs, covered, never }: RunsCoverage): readonly string[] => [
  `${variant} over ${many(runs.length, 'run')}`,
  ...runs.map(
    ({ title, answer, position, events }) =>
      `  ${title}: ${answer === 'explained' ? `all ${count(events)} events` : `${answer} after ${count(position)} of ${count(events)}`}`,
  ),
  ...coverageLines(covered),
  `  never a step: ${never.steps.join(', ') || 'none is left'}`,
  `  never a case: ${never.cases.join(', ') || 'none is left'}`,
  `  never an outcome: ${never.outcomes.join(', ') || 'none is left'}`,
];

/** The cases that a run met, in words. */
export const casesOfRunLines = ({
  title,
  variant,
  answer,
  position,
  events,
  cases: met,
  unlisted,
}: CasesOfRun): readonly string[] => [
  `${title}, as ${variant} explains ${answer === 'explained' ? `all of its ${count(events)} events` : `${count(position)} of its ${count(events)} events (${answer})`}`,
  ...cases.map(({ id, says }) => {
    const { reached, holds, at, met: times } = met[id] ?? { reached: false, holds: null, at: null, met: 0 };
    const verdict = reached ? (holds ? `holds, ${count(times)} times` : 'FAILS') : 'not met';
    return `  ${id.padEnd(7)} ${verdict.padEnd(18)} ${says}${at === null ? '' : `; see: custody replay ${quoted(title)} --at ${at}`}`;
  }),
  ...unlisted.map(({ says, at }) => `  unlisted ${says}; see: custody replay ${quoted(title)} --at ${at}`),
];

/** Where a run is gone on from, and what its tasks are about to call, in words. */
export const continuationLines = (
  { position, group, worlds, scenario, tasks }: Continuation,
  title: string,
  callText: (call: Continuation['scenario']['tasks'][number][number]) => string,
): readonly string[] => [
  `${title} gone on from position ${position}, where group ${group} is quiet${worlds > 1 ? `, in one of ${worlds} possible worlds` : ''}`,
  `  ${Object.entries(scenario.devices)
    .map(([device, driver]) => `${device} ${driver ?? '-'}`)
    .join(', ')}; owned by ${scenario.owner ?? 'no user'}`,
  ...scenario.tasks.map((calls, task) => `  T${task} (${tasks[task]}): ${calls.map(callText).join('; ')}`),
];
