import { inItsOwnProcess } from './own-process.ts';

/** How two sequences of keys differ. */
export const diffCases = [
  '0.1 % edited',
  '1 % edited',
  '5 % edited',
  'repetitive, 1 % edited',
  '10,000 inserted',
] as const;
export type DiffCase = (typeof diffCases)[number];

/** What `diff-once.ts` is told. */
export interface DiffRequest {
  readonly of: DiffCase;
  /** Keys on the left. */
  readonly keys: number;
  /** Whether `diff -d` is asked for the least number of edits; it may take minutes. */
  readonly minimal: boolean;
}

/** CPU milliseconds, and edits: keys that only one side has. */
export interface DiffRun {
  readonly ours: { readonly cpu: number; readonly edits: number };
  readonly gnu: { readonly cpu: number; readonly edits: number };
  /** The edits of `diff -d`; null when it was not asked. */
  readonly least: number | null;
  /** Peak of resident memory of the process that aligned, bytes. */
  readonly bytes: number;
}

export const runDiff = (request: DiffRequest): DiffRun => inItsOwnProcess('diff-once.ts', request);
