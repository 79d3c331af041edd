import type { Errno } from '@custody/trace';

/** include/uapi/asm-generic/errno-base.h, errno.h and include/linux/errno.h: those that these paths return. */
const names: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  4: 'EINTR',
  5: 'EIO',
  6: 'ENXIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  19: 'ENODEV',
  22: 'EINVAL',
  25: 'ENOTTY',
  28: 'ENOSPC',
  34: 'ERANGE',
  38: 'ENOSYS',
  95: 'EOPNOTSUPP',
  110: 'ETIMEDOUT',
  512: 'ERESTARTSYS',
  517: 'EPROBE_DEFER',
  524: 'ENOTSUPP',
};

/**
 * The name of a kernel return value: 0 and more is `OK`, -16 is `EBUSY`; one without a name here is `E<number>`, and
 * what could not be read is `E?`.
 */
export const errnoOf = (returned: number): Errno => {
  if (Number.isNaN(returned)) return 'E?';
  return returned >= 0 ? 'OK' : (names[-returned] ?? `E${-returned}`);
};
