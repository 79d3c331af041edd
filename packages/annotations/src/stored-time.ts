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

export const isoOf = (time: StoredTime): string =>
  time
    .toString()
    .padStart(15, '0')
    .replace(/^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/, '20$1-$2-$3T$4:$5:$6.$7Z');
