import type { Variant } from '../variant.ts';
import { linux61 } from './linux-6.1.ts';
import { robinMail } from './robin-mail.ts';

/** Every version of the protocol, by id. */
export const variants: readonly Variant[] = [
  linux61, //
  robinMail,
];
