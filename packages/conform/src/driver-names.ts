import { type DriverName, driverNames } from '@custody/ownership';
import type { DriverId, Topology } from '@custody/trace';

/**
 * What a driver of a run is to the model, which tells drivers apart by what they do: whether they manage their own DMA,
 * and whether VFIO opens their devices. Simulated runs call them by the model's own names.
 */
export class DriverNames {
  private readonly known = new Map<DriverId, DriverName>();

  constructor({ groups, ungrouped = [] }: Topology) {
    for (const { driver, managed } of [...groups.flatMap(({ devices }) => devices), ...ungrouped]) {
      if (driver !== null) this.learn(driver, managed);
    }
  }

  learn(driver: DriverId, managed: boolean | null): DriverName {
    const known = this.known.get(driver);
    if (known !== undefined) return known;
    const name = modelName(driver, managed);
    this.known.set(driver, name);
    return name;
  }

  /** Is it what the model calls a driver? */
  isName(text: string): boolean {
    return (driverNames as readonly string[]).includes(text);
  }

  nameOf(driver: DriverId): DriverName {
    return this.known.get(driver) ?? modelName(driver, null);
  }
}

/** drivers/pci/pci-stub.c and drivers/pci/pcie/portdrv_pci.c: they manage their own DMA, by making none. */
const stubs: readonly string[] = ['pci-stub', 'pcieport', 'shpchp'];

const modelName = (driver: string, managed: boolean | null): DriverName => {
  const own = driverNames.find((name) => name === driver);
  if (own !== undefined) return own;
  const isVfio = driver.startsWith('vfio') || driver.endsWith('vfio-pci');
  if (isVfio) return managed === false ? 'vfio-unflagged' : 'vfio';
  return (managed ?? stubs.includes(driver)) ? 'stub' : 'nic';
};
