/** The drivers that scenarios are told with, and their driver_managed_dma flag (domain/ownership.md §6). */
export const drivers = {
  nic: { managed: false },
  hba: { managed: false },
  /** Claims the group for user space. */
  vfio: { managed: true },
  /** Managed, and never claims. */
  stub: { managed: true },
} as const;
export type DriverName = keyof typeof drivers;
export const driverNames = Object.keys(drivers) as readonly DriverName[];

/** Whether the kernel fails at a place where it may: never, always, or both are possible. */
export type Chance = 'ok' | 'fails' | 'may fail';

export interface BindCall {
  readonly kind: 'bind';
  readonly device: string;
  readonly driver: DriverName;
  /** pinctrl_bind_pins(), before any claim. */
  readonly pinctrl: Chance;
  /** The driver's probe(), after the claim. */
  readonly probe: Chance;
}
export interface UnbindCall {
  readonly kind: 'unbind';
  readonly device: string;
}
/** A claim or release of the whole group by user space; a user whose claim is refused gives up its script. */
export interface UserCall {
  readonly kind: 'claim' | 'release';
  /** The cookie. */
  readonly owner: string;
}
export type ScriptedCall = BindCall | UnbindCall | UserCall;

/** One group, how it stands, and what each task will call, in order. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  /** Device → the driver bound at the start, or null. */
  readonly devices: Readonly<Record<string, DriverName | null>>;
  /** The cookie of the user that owns the group at the start, or null. */
  readonly owner: string | null;
  /** The script of T0, T1 … */
  readonly tasks: readonly (readonly ScriptedCall[])[];
}

/** `device` gets `driver`; where the kernel may fail is said in `chances`. */
export const bind = (
  device: string,
  driver: DriverName,
  chances: Partial<Pick<BindCall, 'pinctrl' | 'probe'>> = {},
): BindCall => ({ kind: 'bind', device, driver, pinctrl: 'ok', probe: 'ok', ...chances });
export const unbind = (device: string): UnbindCall => ({ kind: 'unbind', device });
export const claim = (owner: string): UserCall => ({ kind: 'claim', owner });
export const release = (owner: string): UserCall => ({ kind: 'release', owner });

/** Every user that can own the group, the initial owner first. */
export const usersOf = ({ owner, tasks }: Scenario): readonly string[] => {
  const scripted = tasks.flat().flatMap((call) => ('owner' in call ? [call.owner] : []));
  return [...new Set(owner === null ? scripted : [owner, ...scripted])];
};
