import { fileURLToPath } from 'node:url';
import type { RunId } from '@custody/trace';
import { RequestError, type Run, type Workbench } from '@custody/workbench';
import { isPath } from '../files.ts';
import { importFile } from '../import-file.ts';
import type { Printer } from '../print.ts';

/** The recordings that ship with the project, oldest kernel first. */
const shipped = ['5.10-bugon', '6.1-basic', '6.1-race', '6.12-type', 'lab-vanilla-leak', 'lab-robin-leak'] as const;

/** From `apps/custody/dist` (or `src/tour`) up to the workspace. */
const candidates = ['../../../fixtures/', '../../../../fixtures/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const fixturesFolder = async (): Promise<string> => {
  for (const folder of candidates) if (await isPath(`${folder}6.1-race`)) return folder;
  throw new RequestError(
    `Cannot find the shipped recordings: none of ${candidates.join(', ')} is there; run this from a checkout`,
  );
};

type Shipped = (typeof shipped)[number];
/** Opens a shipped recording: the very one, whatever else goes by its title. */
export type OpenShipped = (title: Shipped) => Promise<Run>;

/** Imports what is not in the store yet. */
export const importShipped = async (desk: Workbench, print: Printer): Promise<OpenShipped> => {
  const folder = await fixturesFolder();
  if ((await desk.runs()).length === 0) print.progress(`importing ${shipped.length} shipped recordings`);
  const ids = new Map<Shipped, RunId>();
  for (const title of shipped) {
    const { run } = await importFile(desk, print, `${folder}${title}`, { title });
    ids.set(title, run);
  }
  return (title) => desk.open(ids.get(title) ?? title);
};
