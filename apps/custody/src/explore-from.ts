import { callText, continueFrom, exploringFrom, RequestError, type VariantReport } from '@custody/workbench';
import { continuationLines } from './conform-text.ts';
import type { Context } from './context.ts';
import { findRun } from './find-run.ts';
import { signature } from './mail/signature.ts';
import { variantFrom } from './own-variant.ts';
import { count, type ExitCode, exit, many } from './print.ts';
import { type SearchOptions, searchFor } from './search-options.ts';

/** `6.1-race@512` → the run and the position. */
const placeIn = (text: string): { readonly name: string; readonly at: number } => {
  const [, name, at] = /^(.+)@(\d+)$/.exec(text) ?? [];
  if (name === undefined || at === undefined) {
    throw new RequestError(`Cannot go on from "${text}": write RUN@POSITION, e.g. 6.1-race@512`);
  }
  return { name, at: Number(at) };
};

const verdictLines = ({ properties, deadlock, outcomes }: VariantReport): readonly string[] => [
  ...properties
    .filter(({ verdict }) => verdict === 'violated')
    .map(({ id, name, schedule }) => `  ${id} is violated: ${name}: ${schedule === '' ? 'from the start' : schedule}`),
  ...(deadlock === null ? [] : [`  a deadlock: ${deadlock.schedule}`]),
  `  ${many(outcomes.length, 'outcome')}:`,
  ...outcomes.map(({ results, final }) => {
    const told = Object.entries(results)
      .map(([task, errnos]) => `${task} ${errnos.join(' ')}`)
      .join(', ');
    return `    ${told}; owner ${final.owner ?? '-'}, count ${final.ownerCount}, domain ${final.domain}`;
  }),
];

/** Every continuation of a run from a position, in the model: `explore VARIANT --from RUN@P`. */
export const exploreFrom = async (
  { print, desk }: Context,
  word: string,
  { from, calls, ...options }: SearchOptions & { readonly from: string; readonly calls?: number },
): Promise<ExitCode> =>
  desk(async (workbench) => {
    const { name, at } = placeIn(from);
    const run = await findRun(workbench, name, print);
    const variant = await variantFrom(word);
    const continuation = continueFrom(run, variant, at, calls);
    const search = searchFor(print, `exploring from ${from}`, options);
    const report = await search.take(exploringFrom(variant, continuation, search.bounds));
    const stop = search.stopOf(report.bound);
    const isBroken = report.deadlock !== null || report.properties.some(({ verdict }) => verdict === 'violated');
    const { position, group, tasks, worlds, scenario } = continuation;
    return print.answer({
      json: {
        from: { run: run.header.run, position, group, worlds, tasks, scenario },
        ...report,
        bound: stop,
        seconds: search.seconds(),
      },
      text: [
        ...continuationLines(continuation, run.header.title, callText),
        `  ${many(report.states, 'state')}, ${count(report.transitions)} transitions${report.complete ? '' : `, stopped by ${stop}`}`,
        ...verdictLines(report),
        ...(print.options.mail ? signature : []),
      ],
      code: isBroken ? exit.no : report.complete ? exit.yes : exit.inconclusive,
    });
  });
