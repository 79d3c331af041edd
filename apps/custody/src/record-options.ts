import type { Accelerator, MachineChoice } from '@custody/guest';
import { type Command, Option } from 'commander';
import type { CacheOptions, OwnKernelOptions } from './guest-kernels.ts';
import { wholeNumber } from './register.ts';

/** Options that say in which machine a kernel is booted, and which kernel. */
export interface MachineOptions extends CacheOptions, OwnKernelOptions {
  readonly topology?: string;
  readonly accel: Accelerator | 'auto';
  readonly qemu: string;
  readonly cc: string;
  readonly cpus: number;
  readonly memory: number;
  readonly patience: number;
  readonly buffer: number;
  readonly clock: string;
}

export const addCacheOptions = (command: Command): Command =>
  command
    .option('--cache <folder>', 'where kernels are kept (default: $XDG_CACHE_HOME/custody, ~/.cache/custody)')
    .option('--pins <file>', 'which kernels of Debian there are (default: packages/guest/kernels.json)');

export const addMachineOptions = (command: Command): Command =>
  addCacheOptions(command)
    .option('--kernel <bzImage>', 'a kernel of your own')
    .option('--modules <folder>', 'its modules: INSTALL_MOD_PATH, or lib/modules/RELEASE in it')
    .option('--topology <file>', 'the groups of the machine, see docs/guest.md (default: those of the samples)')
    .addOption(
      new Option('--accel <accelerator>', 'auto tries KVM once for each kernel')
        .choices(['auto', 'kvm', 'tcg'])
        .default('auto'),
    )
    .option('--qemu <program>', 'which QEMU', 'qemu-system-x86_64')
    .option('--cc <program>', 'the C compiler for the guest’s program', 'gcc')
    .option('--cpus <count>', 'of the guest', wholeNumber, 2)
    .option('--memory <megabytes>', 'of the guest', wholeNumber, 512)
    .option('--patience <seconds>', 'how long a boot may take, until all probes are set', wholeNumber, 120)
    .option('--buffer <kilobytes>', 'of ring for each CPU', wholeNumber, 8192)
    .addOption(
      new Option('--clock <clock>', 'of the trace: counter gives an order only, and no times')
        .choices(['mono', 'global', 'counter'])
        .default('mono'),
    );

export const machineOf = ({ qemu, accel, cpus, memory, patience }: MachineOptions): MachineChoice => ({
  qemu,
  accelerator: accel,
  cpus,
  megabytes: memory,
  patience,
});
