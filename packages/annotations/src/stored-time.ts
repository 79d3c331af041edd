const iso = /^20(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?Z$/;

/** A time as its digits without the century, to the millisecond: 2026-11-22T10:00:00.5Z → 261122100000500. */
export type StoredTime = number;

/** The last that can be said: the end of the year 2099. */
export const lastTime: StoredTime = 991231235959999;

export const isIso = (at: string): boolean => iso.test(at);

/**
 * An ISO 8601 time in UTC as the document keeps it: a number takes nine bytes there, the text 26.
 *
 * @throws RangeError when it is none, or not of the years 2000 to 2099.
 */
export const storedTime = (at: string): StoredTime => {
  const [, ...digits] = iso.exec(at) ?? [];
  if (digits.length === 0) {
    throw new RangeError(`Cannot use "${at}" as a time as it is not ISO 8601 in UTC, say 2026-11-22T10:00:00.000Z`);
  }
  return Number(digits.slice(0, 6).join('') + (digits[6] ?? '').padEnd(3, '0'));
};

export const isoOf = (time: StoredTime): string => {
  const digits = time.toString().padStart(15, '0');
  const two = (at: number): string => digits.slice(at, at + 2);
  return `20${two(0)}-${two(2)}-${two(4)}T${two(6)}:${two(8)}:${two(10)}.${digits.slice(12)}Z`;
};
