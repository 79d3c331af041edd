declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A stream's name, e.g. `runs`, `run-3f9c2a`, `notes-3f9c2a`. */
export type StreamId = Brand<string, 'StreamId'>;
/** How many events a stream holds; 0 is empty. Lies between events, as a position does. */
export type Revision = Brand<number, 'Revision'>;

/**
 * A stream's name: letters, digits and `. _ : -`, so that every store keeps it as it is.
 *
 * @throws RangeError when `value` is empty or holds anything else.
 */
export const streamId = (value: string): StreamId => {
  if (!/^[A-Za-z0-9._:-]+$/.test(value)) {
    throw new RangeError(
      `Cannot use ${JSON.stringify(value)} as a stream id as it must be letters, digits and . _ : - only`,
    );
  }
  return value as StreamId;
};

/** @throws RangeError when `value` is not a whole number of 0 or more. */
export const revision = (value: number): Revision => {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot use ${value} as a revision as it must be a whole number of 0 or more`);
  }
  return value as Revision;
};

/** The revision of a stream that nobody has appended to. */
export const empty = revision(0);
