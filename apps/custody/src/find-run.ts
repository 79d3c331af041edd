import type { RunHeader } from '@custody/trace';
import { type Run, StoreError, UnknownRunError, type Workbench } from '@custody/workbench';
import { isPath } from './files.ts';
import { importFile } from './import-file.ts';
import { type ExitCode, exit, type Printer } from './print.ts';

const neverClosed = ({ title, source }: RunHeader): string =>
  source.kind === 'recording' && source.guest !== undefined
    ? `${title} was never closed: it is being recorded, or its recorder was killed`
    : `${title} was never closed: its import is under way or was killed; importing it again ends it`;

/** What a person named, as `use` gives it: of the store, or of a file, imported on the fly. */
export const orOfFile = async <Found>(
  desk: Workbench,
  reference: string,
  print: Printer,
  use: (reference: string) => Promise<Found>,
): Promise<Found> => {
  try {
    return await use(reference);
  } catch (error) {
    if (!(error instanceof UnknownRunError) || !(await isPath(reference))) throw error;
    const { run, title, already } = await importFile(desk, print, reference);
    if (!already) print.progress(`imported ${reference} as ${title} (${run})`);
    return await use(run);
  }
};

/** As `findRun`, also of a run of which only the beginning can be read: for looking at it, not for judging. */
export const findReadable = async (desk: Workbench, reference: string, print: Printer): Promise<Run> => {
  const run = await orOfFile(desk, reference, print, desk.open);
  const { title } = run.header;
  if (!run.closed) print.complain(neverClosed(run.header));
  if (run.damage !== null) print.complain(`${title} can be read up to ${run.replayer.end} only: ${run.damage}`);
  return run;
};

/**
 * The run that a person named: one in the store, or a file, imported on the fly.
 *
 * @throws StoreError when not all of it can be read: what is said of a part would be taken for the whole.
 */
export const findRun = async (desk: Workbench, reference: string, print: Printer): Promise<Run> => {
  const run = await findReadable(desk, reference, print);
  if (run.damage !== null)
    throw new StoreError(`Cannot judge ${run.header.title} by a part of it; see: custody doctor`);
  return run;
};

/** The answer of who only looked: inconclusive where there was more to see. */
export const lookedAt = ({ damage }: Run): ExitCode => (damage === null ? exit.yes : exit.inconclusive);

/** As `findRun`, ready to be sent and not yet read. */
export const packRun = async (desk: Workbench, reference: string, print: Printer): ReturnType<Workbench['pack']> => {
  const parcel = await orOfFile(desk, reference, print, desk.pack);
  if (parcel.about.end === null) print.complain(neverClosed(parcel.about.header));
  return parcel;
};
