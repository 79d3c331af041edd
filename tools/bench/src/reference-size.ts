/** Variants R0–R6 of the reference model; see domain/reference-model.md for what each is. */
export const referenceVariants = ['R0', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6'] as const;
export type ReferenceVariant = (typeof referenceVariants)[number];

export interface ReferenceSize {
  /** One thread each, 1 to 6. */
  readonly devices: number;
  /** One thread each, 0 to 4. */
  readonly claimers: number;
  /** Further unbinders of device 0, one thread each, 0 to 4. */
  readonly unbinders?: number;
  /** Bit i: device i's driver has driver_managed_dma. */
  readonly managed?: number;
  /** Pinctrl may fail before the claim. */
  readonly early?: boolean;
}

/** What sets a variant apart, as the steps ask for it. */
export interface ReferenceScheme {
  /** No counter: `owner` alone says who has the group. */
  readonly hasToken: boolean;
  /** `dev->driver` is cleared before the cleanup takes the mutex. */
  readonly clearsFirst: boolean;
  /** The device that is cleaned up does not look at itself. */
  readonly skipsSelf: boolean;
  /** The check is made before the mutex is taken. */
  readonly checksFirst: boolean;
  /** Claimer 0 takes device_lock(0) while it holds the mutex. */
  readonly locksInside: boolean;
  /** After a first successful probe, the driver is removed without cleanup and probes again. */
  readonly triesTwice: boolean;
  /** The refused claim and the pinctrl failure run the cleanup too. */
  readonly cleansAll: boolean;
}

export const schemeOf = (variant: ReferenceVariant): ReferenceScheme => ({
  hasToken: variant === 'R1' || variant === 'R2' || variant === 'R6',
  clearsFirst: variant === 'R1' || variant === 'R6',
  skipsSelf: variant === 'R2',
  checksFirst: variant === 'R3',
  locksInside: variant === 'R4',
  triesTwice: variant === 'R5',
  cleansAll: variant === 'R6',
});

/** @throws RangeError when the model is not stated for such a size. */
export const checkSize = ({ devices, claimers, unbinders = 0, managed = 0 }: ReferenceSize): void => {
  const isWithin = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  if (
    !isWithin(devices, 1, 6) ||
    !isWithin(claimers, 0, 4) ||
    !isWithin(unbinders, 0, 4) ||
    !isWithin(managed, 0, 2 ** devices - 1)
  ) {
    throw new RangeError(
      `Cannot build the reference model for ${devices} devices, ${claimers} claimers, ${unbinders} unbinders and the managed mask ${managed} as it is stated for 1–6, 0–4, 0–4 and a bit for each device`,
    );
  }
};
