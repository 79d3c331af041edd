export { BundleError, DamagedBundleError, DamagedLinesError } from './errors.ts';
export { looksLikeBundle, looksLikeLines } from './format.ts';
export { readLines, writeLines } from './ndjson.ts';
export type { Parcel, Sealed, Source } from './parcel.ts';
export { readBundle } from './read-bundle.ts';
export { writeBundle } from './write-bundle.ts';
