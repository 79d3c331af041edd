import { writeFile } from 'node:fs/promises';
import {
  builtInScenarios,
  cachedKernel,
  configuredMirror,
  fetchKernel,
  type Kernel,
  lineages,
  mirrorAt,
  newestKernels,
  type PinnedKernel,
  pinsText,
} from '@custody/guest';
import { RequestError } from '@custody/workbench';
import type { Command } from 'commander';
import {
  type CacheOptions,
  cacheFolder,
  fetchedKernel,
  ownKernelOf,
  pinnedKernels,
  pinOf,
  pinsFile,
} from '../guest-kernels.ts';
import { exit, many } from '../print.ts';
import { addCacheOptions, addMachineOptions, type MachineOptions } from '../record-options.ts';
import { type Register, run } from '../register.ts';
import { withGuest } from '../start-guest.ts';

interface MirrorOptions extends CacheOptions {
  readonly mirror?: string;
}

const mirrorOf = ({ mirror }: MirrorOptions) =>
  mirror === undefined ? configuredMirror() : Promise.resolve(mirrorAt(mirror));

const megabytes = ({ packages }: PinnedKernel): number =>
  Math.round(packages.reduce((sum, { size }) => sum + size, 0) / 1e6);

const described = (pin: PinnedKernel, kernel: Kernel | undefined) => ({
  ...pin,
  fetched: kernel !== undefined,
  image: kernel?.image ?? null,
  modules: kernel?.modules ?? null,
});

const listLines = (kernels: readonly ReturnType<typeof described>[]): string[] =>
  kernels.map((kernel) => {
    const there = kernel.fetched ? 'fetched' : `not here: custody guest fetch ${kernel.name} (${megabytes(kernel)} MB)`;
    return `${kernel.name.padEnd(8)}${kernel.release.padEnd(24)}${kernel.suite.padEnd(20)}${there}`;
  });

const registerList = (guest: Command): void => {
  addCacheOptions(guest.command('list'))
    .description('list the kernels that can be recorded by name, and the scenarios')
    .action(
      run(async ({ print }, options: CacheOptions) => {
        const pins = await pinnedKernels(options);
        const kernels = await Promise.all(
          pins.map(async (pin) => described(pin, await cachedKernel(cacheFolder(options), pin))),
        );
        const scenarios = builtInScenarios.map(({ id, about, kernels: range }) => ({ id, about, kernels: range }));
        return print.answer({
          json: { kernels, scenarios, cache: cacheFolder(options) },
          text: [...listLines(kernels), '', ...scenarios.map(({ id, about }) => `${id.padEnd(8)}${about}`)],
        });
      }),
    );
};

const registerFetch = (guest: Command): void => {
  addCacheOptions(guest.command('fetch'))
    .argument('[kernel...]', 'default: all')
    .description('get kernels of Debian into the cache; nothing is installed')
    .option('--mirror <address>', 'one that ends in /debian (default: what apt is set up with)')
    .action(
      run(async ({ print }, options: MirrorOptions, names: readonly string[]) => {
        const all = await pinnedKernels(options);
        const pins = names.length === 0 ? all : names.map((name) => pinOf(all, name));
        const cache = cacheFolder(options);
        const kernels: Kernel[] = [];
        for (const pin of pins) {
          const cached = await cachedKernel(cache, pin);
          const fetched =
            cached ??
            (await fetchKernel(cache, pin, await mirrorOf(options), (text) => print.progress(`${pin.name}: ${text}`)));
          kernels.push(fetched);
        }
        return print.answer({
          json: { kernels },
          text: kernels.map(({ name, release, image }) => `${name}  ${release}  ${image}`),
        });
      }),
    );
};

const versionsOf = (pin: PinnedKernel | undefined): string =>
  pin === undefined ? 'none' : `${pin.release} ${pin.packages[0]?.version}`;

const registerUpdate = (guest: Command): void => {
  addCacheOptions(guest.command('update'))
    .argument('[kernel...]', 'default: all')
    .description('pin the newest kernels that the mirror has, with their checksums')
    .option('--mirror <address>', 'one that ends in /debian (default: what apt is set up with)')
    .action(
      run(async ({ print }, options: MirrorOptions, names: readonly string[]) => {
        const unknown = names.find((name) => !lineages.some((line) => line.name === name));
        if (unknown !== undefined) {
          throw new RequestError(
            `Cannot update "${unknown}"; there are ${lineages.map(({ name }) => name).join(', ')}`,
          );
        }
        const wanted = lineages.filter(({ name }) => names.length === 0 || names.includes(name));
        const before = await pinnedKernels(options).catch(() => []);
        print.progress(`reading the lists of ${many(wanted.length, 'suite')}`);
        const found = await newestKernels(cacheFolder(options), wanted, await mirrorOf(options));
        const after = lineages.flatMap(({ name }) => [...found, ...before].find((pin) => pin.name === name) ?? []);
        const file = pinsFile(options);
        await writeFile(file, pinsText(after));
        const changes = found.map((pin) => ({
          name: pin.name,
          from: versionsOf(before.find(({ name }) => name === pin.name)),
          to: versionsOf(pin),
        }));
        return print.answer({
          json: { file, changes },
          text: changes.map(({ name, from, to }) =>
            from === to ? `${name}: ${to}, as it was` : `${name}: ${from} → ${to}`,
          ),
        });
      }),
    );
};

/** What a guest said of itself when it was armed. */
const registerCheck = (guest: Command): void => {
  const command = guest
    .command('check')
    .argument('[kernel]', 'default: with --kernel, your own')
    .description('boot a kernel until all its probes are set, and say what can be recorded of it');
  addMachineOptions(command).action(
    run(async ({ print }, options: MachineOptions, name: string | undefined) => {
      const own = await ownKernelOf(options);
      if ((own === undefined) === (name === undefined)) {
        throw new RequestError('Cannot check: give the name of a kernel, or --kernel and --modules');
      }
      const kernel = own ?? (await fetchedKernel(name ?? '', options));
      return withGuest(
        print,
        { kernel, scenario: 'basic', options },
        async ({ guest: { probes, remarks, ...more } }) => {
          const { bootSeconds, accelerator } = more;
          const counted = { ok: 0, absent: 0, reject: 0, skip: 0 };
          for (const { outcome } of probes) counted[outcome] += 1;
          return print.answer({
            json: { kernel, accelerator, bootSeconds, probes, remarks },
            text: [
              `${kernel.name} (${kernel.release}) is ready after ${bootSeconds.toFixed(1)} s, by ${accelerator}`,
              `  probes: ${counted.ok} set, ${counted.absent} on functions that it does not have, ${counted.reject} refused, ` +
                `${counted.skip} left out`,
              ...probes
                .filter(({ outcome }) => outcome === 'reject' || outcome === 'absent')
                .map(
                  ({ outcome, name: probe, reason }) => `    ${outcome} ${probe}${reason === '' ? '' : `: ${reason}`}`,
                ),
              ...remarks.map((remark) => `  ! ${remark}`),
            ],
            code: counted.ok === 0 || remarks.length > 0 ? exit.no : exit.yes,
          });
        },
      );
    }),
  );
};

export const registerGuest: Register = (program) => {
  const guest = program.command('guest').description('kernels to record: list, fetch, update, check');
  registerList(guest);
  registerFetch(guest);
  registerUpdate(guest);
  registerCheck(guest);
};
