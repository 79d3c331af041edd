import { operations } from '@custody/trace';
import * as z from 'zod';
import { type ArgumentName, argumentNames, meaningNames, type ProbeRow } from './row.ts';

/** What a user's own probes mean: rows and argument names that a line's table does not have. */
export interface MappingFile {
  /** What to call it in the run's header, e.g. the file's name. */
  readonly name: string;
  readonly rows: readonly ProbeRow[];
  /** The name that a probe prints → the name that rows know. */
  readonly arguments: Readonly<Record<string, ArgumentName>>;
}

/** Thrown for a mapping that cannot be used; the message says where it is wrong. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}

/** What `as` can be, for the meanings that need it. */
const kinds: Readonly<Partial<Record<ProbeRow['means'], readonly string[]>>> = {
  CallEntered: operations,
  CallReturned: operations,
  BusNotified: ['from 0', 'from 1'],
  'BusNotified, DriverCleared': ['from 0', 'from 1'],
  BindReturned: ['errno', '1 is bound'],
};

const word = z.string().regex(/^\w[\w.]*$/, 'must be a name as ftrace prints it');

const row = z
  .strictObject({
    on: word,
    at: z.enum(['entry', 'return', 'event']),
    means: z.enum(meaningNames),
    as: z.string().min(1).optional(),
    uses: z.array(z.enum(argumentNames)).default([]),
    named: z.array(word).optional(),
    note: z.string().optional(),
  })
  .superRefine(({ means, as }, { addIssue }) => {
    const allowed = kinds[means];
    if (allowed !== undefined && !allowed.includes(as ?? '')) {
      addIssue({ code: 'custom', path: ['as'], message: `"${means}" needs an "as" of: ${allowed.join(', ')}` });
    }
    if (means === 'SyscallEntered' && as === undefined) {
      addIssue({ code: 'custom', path: ['as'], message: '"SyscallEntered" needs an "as": what user space asked for' });
    }
  });

const mappingFile = z.strictObject({
  rows: z.array(row).default([]),
  arguments: z.record(word, z.enum(argumentNames)).default({}),
});

const parseJson = (text: string, name: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MappingError(`Cannot read the mapping "${name}": ${(cause as Error).message}; it must be JSON`, {
      cause,
    });
  }
};

/**
 * @param text - JSON: `rows` as in docs/mapping.md (on, at, means, and where needed as, uses, named, note) and
 *   `arguments`, e.g. `{"device": "dev"}`.
 * @param name - what to call it.
 * @throws MappingError when it is not that.
 */
export const parseMappingFile = (text: string, name: string): MappingFile => {
  const parsed = mappingFile.safeParse(parseJson(text, name));
  if (!parsed.success) throw new MappingError(`Cannot use the mapping "${name}": ${z.prettifyError(parsed.error)}`);
  const { rows } = parsed.data;
  const twice = rows.find(({ on, at }, index) => rows.findIndex((other) => other.on === on && other.at === at) < index);
  if (twice) throw new MappingError(`Cannot use the mapping "${name}": ${twice.on} ${twice.at} has two rows; keep one`);
  return { name, rows: rows as readonly ProbeRow[], arguments: parsed.data.arguments };
};
