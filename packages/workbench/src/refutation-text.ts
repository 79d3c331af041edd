import type { Conformance, Instead, KnobRepair, Refuted, Repair } from '@custody/conform';
import { lineOf } from '@custody/replay';
import { type Fact, fieldsOf, ownerText } from '@custody/trace';

interface Owned {
  readonly owner: string | null;
  readonly count: number | null;
  readonly domain: string | null;
}

const count = (value: number): string => value.toLocaleString('en-US');

const factText = (fact: Fact): string => `${fact.type} ${fieldsOf(fact)}`;

const ownedText = ({ owner, count: users, domain }: Owned): string =>
  `owned by ${ownerText({ owner, count: users })}, count ${users ?? '?'}${domain === null ? '' : `, domain ${domain}`}`;

const stepText = ({ label, readings }: { readonly label: string; readonly readings: string }): string =>
  readings === '' ? label : `${label} (${readings})`;

const insteadLines = ({ label, told, waitsFor, ownership, readings, after }: Instead): readonly string[] => {
  const what = [
    waitsFor === null ? (told === null ? 'nothing' : factText(told)) : `it waits for ${waitsFor}`,
    ...(ownership === null ? [] : [`with the group ${ownedText(ownership)}`]),
  ].join(', ');
  const where = label === null ? what : `at ${stepText({ label, readings })}: ${what}`;
  return [`  ${where}`, ...(after.length === 0 ? [] : [`    after ${after.map(stepText).join('; ')}`])];
};

/** Worlds that could have come to the same, told once. */
const worldLines = (worlds: Refuted['worlds'], variant: string): readonly string[] => {
  const alike = Map.groupBy(worlds, ({ instead }) => JSON.stringify(instead));
  return [...alike.values()].flatMap((same, index) => {
    const owned = same.map((world) => ownedText(world)).join('; or ');
    const instead = same[0]?.instead ?? [];
    return [
      `${index === 0 ? `what ${variant} could have done instead` : 'or'}, the group being ${owned}:`,
      ...(instead.length === 0 ? ['  nothing of this task'] : instead.flatMap(insteadLines)),
    ];
  });
};

const repairText = (repair: Repair): string => {
  const then = `then ${count(repair.explains)} event${repair.explains === 1 ? '' : 's'} more can be explained`;
  switch (repair.change) {
    case 'errno':
      return `if it had returned ${repair.errno}: ${then}`;
    case 'reading':
      return `if the group had been read as ${ownedText({ ...repair, domain: null })}: ${then}`;
    case 'added':
      return `if ${factText(repair.fact)} had come first: ${then}`;
    case 'dropped':
      return `if this line were not there: ${then}`;
  }
};

const knobsOf = ({ knobs }: KnobRepair): string =>
  Object.entries(knobs)
    .map(([knob, value]) => `${knob} "${value}"`)
    .join(' and ');

const knobLines = (repair: KnobRepair | null, events: number): readonly string[] => {
  if (repair === null) return [];
  const reach = repair.isExplained
    ? 'all of it is explained'
    : `${count(repair.position)} of ${count(events)} events are`;
  return [`with ${knobsOf(repair)}: ${reach}`];
};

const mostRepairs = 3;

/**
 * Why a variant is refuted: the event, what the variant could have done instead, at which step, having read what, and
 * what would repair it. A line that begins with blanks belongs to the one before.
 */
export const refutationLines = (
  { event, reading, worlds, repairs }: Refuted,
  { variant, events, knobs = null }: Pick<Conformance, 'variant' | 'events'> & { readonly knobs?: KnobRepair | null },
): readonly string[] => [
  lineOf(event).trim(),
  ...(reading === null || reading.count === null ? [] : [`the group was read as ${ownedText(reading)}`]),
  ...worldLines(worlds, variant),
  ...repairs.slice(0, mostRepairs).map(repairText),
  ...knobLines(knobs, events),
];
