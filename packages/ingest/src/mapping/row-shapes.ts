import type { OperationName } from '@custody/trace';
import type { ArgumentName, Parameter, ProbeRow } from './row.ts';

/** Rows that come in pairs: the entry of a function and its return. */

const object: readonly ArgumentName[] = ['dev', 'gp', 'gid'];

/** A function of drivers/iommu/iommu.c that is one operation of the protocol. */
export const operation = (
  on: string,
  as: OperationName,
  takes: readonly Parameter[],
  about: { readonly void?: true; readonly note?: string } = {},
): readonly [ProbeRow, ProbeRow] => {
  const uses: readonly ArgumentName[] = [
    ...(takes.includes('device') ? object : (['gp', 'gid'] as const)),
    ...(takes.includes('cookie') ? (['newowner'] as const) : []),
  ];
  const note = about.note === undefined ? {} : { note: about.note };
  return [
    { on, at: 'entry', uses, means: 'CallEntered', as, takes, ...note },
    { on, at: 'return', uses: about.void ? [] : ['ret'], means: 'CallReturned', as },
  ];
};

/** A file operation of user space. */
export const syscall = (
  on: string,
  as: string,
  takes: readonly Parameter[],
  uses: readonly ArgumentName[],
): readonly [ProbeRow, ProbeRow] => [
  { on, at: 'entry', uses, means: 'SyscallEntered', as, takes },
  { on, at: 'return', uses: ['ret'], means: 'SyscallReturned' },
];
