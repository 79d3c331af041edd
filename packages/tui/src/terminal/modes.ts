const csi = '\u001b[';

/** What the screens ask of a terminal while they are shown, and how it is given back. */
export const modes = {
  /** Another screen, empty; no cursor; reports of the mouse, with positions of any size. */
  on: `${csi}?1049h${csi}H${csi}2J${csi}?25l${csi}?1000h${csi}?1006h`,
  off: `${csi}?1006l${csi}?1000l${csi}?25h${csi}?1049l`,
} as const;
