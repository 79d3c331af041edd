import type { At } from './row.ts';

/** `(really_probe+0x0/0x380)`, `(bind_store+0xb2/0x110 <- device_driver_attach)`, with ` [module]` behind either name. */
const where = /^\((?:[^()]* <- ([\w.]+)|([\w.]+)\+0x([0-9a-f]+)\/0x[0-9a-f]+)(?: \[[^\]]*\])?\)/;

/** Clones that the compiler made of a function do what it does. */
const clone = /\.(?:isra|constprop|part|cold|llvm)\b.*$/;

/** A probe by ftrace or behind an endbr stands a few bytes into the function, and still at its entry. */
const entryBytes = 0x10;

/**
 * The function that a kprobe, kretprobe or fprobe event stands on, as the kernel prints it before the fields.
 *
 * @returns null for a tracepoint, for a probe in the middle of a function, and where the text does not say.
 */
export const probedFunction = (fields: string): { readonly on: string; readonly at: At } | null => {
  const [, left, entered, offset = '0'] = where.exec(fields) ?? [];
  if (left !== undefined) return { on: left.replace(clone, ''), at: 'return' };
  if (entered === undefined || Number.parseInt(offset, 16) > entryBytes) return null;
  return { on: entered.replace(clone, ''), at: 'entry' };
};
