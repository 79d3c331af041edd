import type { Waiter } from '@custody/ownership';

/** `T0 waits for device:B, which T1 has; T1 waits for group:1, which T0 has`. */
export const waitsText = (waits: readonly Waiter[]): string =>
  waits
    .map(({ task, wants, holder }) => {
      if (wants === null) return `${task} has not finished`;
      return `${task} waits for ${wants}${holder === null ? '' : `, which ${holder} has`}`;
    })
    .join('; ');
