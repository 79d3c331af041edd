import { type Run, UnknownRunError, type Workbench } from '@custody/workbench';
import { isPath, readRecording } from './files.ts';
import type { Printer } from './print.ts';

/** The run that a person named: one in the store, or a file, imported on the fly. */
export const findRun = async (desk: Workbench, reference: string, print: Printer): Promise<Run> => {
  const run = await findAnyRun(desk, reference, print);
  if (!run.closed) {
    print.complain(
      `${run.header.title} was never closed: its import is under way or was killed; importing it again ends it`,
    );
  }
  return run;
};

const findAnyRun = async (desk: Workbench, reference: string, print: Printer): Promise<Run> => {
  try {
    return await desk.open(reference);
  } catch (error) {
    if (!(error instanceof UnknownRunError) || !(await isPath(reference))) throw error;
    const imported = await desk.importRecording(await readRecording(reference, {}));
    if (!imported.already) print.progress(`imported ${reference} as ${imported.title} (${imported.run})`);
    return await desk.open(imported.run);
  }
};
