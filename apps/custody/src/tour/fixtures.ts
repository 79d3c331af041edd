import { fileURLToPath } from 'node:url';
import { RequestError, type Workbench } from '@custody/workbench';
import { isPath, readRecording } from '../files.ts';
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

/** Imports what is not in the store yet. */
export const importShipped = async (desk: Workbench, print: Printer): Promise<void> => {
  const there = new Set((await desk.runs()).filter(({ end }) => end).map(({ header }) => header.title));
  const missing = shipped.filter((title) => !there.has(title));
  if (missing.length === 0) return;
  const folder = await fixturesFolder();
  print.progress(`importing ${missing.length} shipped recordings`);
  for (const title of missing) await desk.importRecording(await readRecording(`${folder}${title}`, { title }));
};
