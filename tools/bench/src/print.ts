import { InvalidArgumentError } from 'commander';
import type { Figure } from './figures.ts';
import type { Machine } from './machine.ts';

/** A whole number as an option gives it. @throws InvalidArgumentError */
export const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

export const count = (value: number): string => value.toLocaleString('en');

const round = (value: number): string =>
  value >= 100 ? count(Math.round(value)) : value.toLocaleString('en', { maximumSignificantDigits: 3 });

export const figureLine = ({ id, value, unit, baseline, ratio, against = 'SPIN' }: Figure): string => {
  const other = baseline === null ? '' : `   ${against} ${round(baseline)}`;
  const compared = ratio === null ? '' : `${other}   ratio ${ratio.toFixed(2)}`;
  return `  ${`${id}:`.padEnd(38)}${round(value)} ${unit === '1/s' ? '' : unit}${compared}`.trimEnd();
};

export const machineLine = ({ cpu, cores, memoryGiB, node }: Machine): string =>
  `  ${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}`;
