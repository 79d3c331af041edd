import { labelOf } from '../help/labels.ts';
import { anywhere } from './anywhere.ts';
import { type Shell, topOf } from './shell.ts';

/** What a screen is, where one is on it, and what is to be said of that. */
const standingLines = (before: Shell | null, now: Shell): readonly string[] => {
  const [old, top] = [before === null ? null : topOf(before), topOf(now)];
  if (old === top) return [];
  const { left, right } = top.title();
  const screen = old?.id === top.id ? [] : [`screen ${top.name}: ${[left, right].filter(Boolean).join(', ')}`];
  const [place, spoken] = [top.place(), top.spoken()];
  const isSame = old?.id === top.id && old.place() === place && old.spoken().join('\n') === spoken.join('\n');
  return isSame ? [] : [...screen, place, ...spoken];
};

const choiceLine = ({ prompt }: Shell): string | null => {
  const choice = prompt?.choices[prompt.chosen];
  return choice === undefined ? null : `Tab: ${choice.does}`;
};

/** What is asked for, once; and which choice is meant, whenever that changes. */
const promptLines = (before: Shell | null, now: Shell): readonly string[] => {
  if (now.prompt === null) return before?.prompt === null || before === null ? [] : ['done'];
  const asked = before?.prompt?.label === now.prompt.label ? [] : [`asks ${now.prompt.label.trim()}`];
  const choice = choiceLine(now);
  return choice === null || (before !== null && choice === choiceLine(before)) ? asked : [...asked, choice];
};

/** The keys that work on a screen, said once when it opens. */
const keysLine = (before: Shell | null, now: Shell): readonly string[] => {
  const top = topOf(now);
  if (before !== null && topOf(before).id === top.id) return [];
  const hinted = [
    ...top.bindings.filter(({ works }) => works).map((binding) => ({ ...binding, name: `${top.name}.${binding.id}` })),
    ...anywhere.map((binding) => ({ ...binding, name: `any.${binding.id}` })),
  ];
  const hints = hinted.flatMap(({ name, keys, hint }) => {
    const [key] = now.keymap.keysOf(name, keys);
    return hint === undefined || key === undefined ? [] : [`${labelOf(key)} ${hint}`];
  });
  return [`keys: ${hints.join(', ')}`];
};

/**
 * What is to be said when `before` has become `now`, line by line and without boxes, for a screen reader: only what is
 * new, the news first.
 */
export const utteranceOf = (before: Shell | null, now: Shell): readonly string[] => [
  ...(now.says === null || now.says === before?.says ? [] : [now.says]),
  ...promptLines(before, now),
  ...standingLines(before, now),
  ...keysLine(before, now),
];
