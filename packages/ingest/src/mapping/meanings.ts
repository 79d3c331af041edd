import { driverCoreMeanings } from './driver-core.ts';
import { lockMeanings } from './locks.ts';
import type { Meaning } from './meaning.ts';
import { ownershipMeanings } from './ownership.ts';
import type { MeaningName } from './row.ts';
import { userSpaceMeanings } from './user-space.ts';

/** The vocabulary of the tables, and the code behind it. */
export const meanings: Readonly<Record<MeaningName, Meaning>> = {
  ...lockMeanings,
  ...driverCoreMeanings,
  ...ownershipMeanings,
  ...userSpaceMeanings,
};
