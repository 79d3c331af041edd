/** Thrown when a file cannot be read as the run that it should hold; the message says where, why, and what to do. */
export class BundleError extends Error {
  override readonly name: string = 'BundleError';
}

/** Which part of the file: `header`, `events 3000 to 4000`, `notes 0 to 2`, `end`. */
export type Part = string;

/** Thrown for a bundle that was cut or changed. */
export class DamagedBundleError extends BundleError {
  override readonly name = 'DamagedBundleError';
  /** Of the byte where the part begins that is not right, or where the file ends too early. */
  readonly offset: number;
  readonly part: Part;

  constructor(file: string, { offset, part }: { readonly offset: number; readonly part: Part }, reason: string) {
    super(`Cannot read "${file}": ${reason} (byte ${offset}, ${part}); nothing of it is kept, get it again`);
    this.offset = offset;
    this.part = part;
  }
}

/** Thrown for NDJSON that was cut or changed. */
export class DamagedLinesError extends BundleError {
  override readonly name = 'DamagedLinesError';
  /** Counted from 1. */
  readonly line: number;

  constructor(file: string, line: number, reason: string, advice = 'nothing of it is kept, export the run again') {
    super(`Cannot read "${file}": line ${line} ${reason}; ${advice}`);
    this.line = line;
  }
}

export const newerFormat = (file: string, what: string): BundleError =>
  new BundleError(`Cannot read "${file}": ${what}; a newer custody made it, upgrade this one`);
