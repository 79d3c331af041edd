/** A scenario that comes with Custody, in the language of `parseScenario`. */
export interface BuiltInScenario {
  readonly id: string;
  readonly about: string;
  /** The first and the last release that it makes sense on; null for any. */
  readonly kernels: { readonly from: string | null; readonly to: string | null };
  readonly text: string;
}

const anyKernel = { from: null, to: null };

const race = `
prepare
  override E1 vfio-pci
  bind E1 vfio-pci
thread left
  repeat
    bind V1 virtio-pci
    unbind V1
    sleep 0..1ms
  end
thread right
  repeat
    bind V2 virtio-pci
    unbind V2
    sleep 0..1ms
  end
thread claimer
  repeat
    claim E1
    release E1
    sleep 0..3ms
  end
finish
  unbind E1
  override E1
`;

/**
 * E1 (e1000), V1 and V2 (virtio) share a group behind a conventional bridge; N1 and N2 (e1000e) share one with their root
 * port RP0, which has no ACS; S1 (e1000) is alone.
 */
export const builtInScenarios: readonly BuiltInScenario[] = [
  {
    id: 'basic',
    about: 'one thing after the other: siblings bind and unbind, a claim is refused, one succeeds, drivers are refused',
    kernels: anyKernel,
    text: `
scenario basic
thread user
  step siblings come and go by kernel drivers: the DMA API owns the group, and its count goes up and down
  bind V1 virtio-pci
  bind E1 e1000
  unbind V1
  bind V1 virtio-pci
  unbind V1
  step a claim while a sibling uses the DMA API must be refused
  override V2 vfio-pci
  bind V2 vfio-pci
  claim V2 device
  step the last of those siblings leaves and the claim succeeds; now a kernel driver is refused
  unbind E1
  claim V2 device
  bind V1 virtio-pci
  bind E1 e1000
  step a second driver that manages its own DMA is let into the owned group
  override V1 vfio-pci
  bind V1 vfio-pci
  unbind V1
  override V1
  release V2
  step the group is given back: a kernel driver binds again
  bind V1 virtio-pci
  unbind V1
  unbind V2
  override V2
`,
  },
  {
    id: 'race',
    about: 'two siblings are bound and unbound while a third’s user claims and releases their group',
    kernels: anyKernel,
    text: `scenario race${race}`,
  },
  {
    id: 'stress',
    about: 'races in three groups at once, with types stored meanwhile',
    kernels: anyKernel,
    text: `
scenario stress
prepare
  override V2 vfio-pci
  bind V2 vfio-pci
  override N2 vfio-pci
  bind N2 vfio-pci
thread virtio
  repeat
    bind V1 virtio-pci
    unbind V1
    sleep 0..2ms
  end
thread claimer
  repeat
    claim V2
    sleep 0..1ms
    release V2
    sleep 0..5ms
  end
thread types
  repeat
    type E1 identity
    type E1 DMA
    sleep 0..1ms
  end
thread alone
  repeat
    bind S1 e1000
    unbind S1
    sleep 0..1ms
  end
thread alone-types
  repeat
    type S1 identity
    type S1 DMA
    sleep 0..1ms
  end
thread below-port
  repeat
    bind N1 e1000e
    unbind N1
    sleep 0..2ms
  end
thread port-user
  repeat
    claim N2
    sleep 0..2ms
    release N2
    sleep 0..1ms
  end
finish
  type S1 auto
  type E1 auto
  unbind V2
  override V2
  unbind N2
  override N2
`,
  },
  {
    id: 'type',
    about: 'a group’s type is stored: alone and with siblings, unbound, bound and owned',
    kernels: anyKernel,
    text: `
scenario type
thread user
  step a device alone, without a driver
  type S1 identity
  type S1 DMA
  type S1 DMA-FQ
  type S1 auto
  step a device alone, bound
  bind S1 e1000
  type S1 identity
  type S1 DMA-FQ
  unbind S1
  step siblings, none bound
  type E1 identity
  type E1 DMA
  step siblings, one bound
  bind V1 virtio-pci
  type E1 identity
  unbind V1
  step a group that a user owns
  override V2 vfio-pci
  bind V2 vfio-pci
  claim V2 device
  type E1 identity
  release V2
  unbind V2
  override V2
  type E1 auto
`,
  },
  {
    id: 'bridge',
    about: 'a port driver comes and goes in a group that its endpoints use, or that a user owns',
    kernels: anyKernel,
    text: `
scenario bridge
thread user
  step a bridge’s driver takes no ownership
  unbind RP0
  bind RP0 pcieport
  step beside an endpoint’s kernel driver
  bind N1 e1000e
  unbind RP0
  bind RP0 pcieport
  unbind N1
  step a claim with the bridge bound
  override N2 vfio-pci
  bind N2 vfio-pci
  claim N2 device
  step in the owned group the bridge’s driver may come back, and an endpoint’s kernel driver may not
  unbind RP0
  bind RP0 pcieport
  bind N1 e1000e
  step pci-stub may come too: it manages its own DMA by having none
  override N1 pci-stub
  bind N1 pci-stub
  unbind N1
  override N1
  release N2
  bind N1 e1000e
  unbind N1
  unbind N2
  override N2
`,
  },
  {
    id: 'bugon',
    about: 'a sibling is bound in a group that a user has: before v5.19 the kernel stops at a BUG_ON',
    kernels: { from: null, to: '5.18' },
    text: `
scenario bugon
thread user
  step a group with a sibling in use by the DMA API is not viable
  bind V1 virtio-pci
  override V2 vfio-pci
  bind V2 vfio-pci
  claim V2 device
  step viable once the sibling has left
  unbind V1
  claim V2 device
  sleep 500ms
  release V2
  step a sibling is bound while the group is in use
  claim V2 device
  bind V1 virtio-pci
  step survived
  release V2
`,
  },
  {
    id: 'lost',
    about: 'the race with a small buffer that is seldom read: events are lost, and the recording must say so',
    kernels: anyKernel,
    text: `scenario lost\nbuffer 64\nreader 200ms${race}`,
  },
  {
    id: 'leak',
    about:
      'refused binds race with a sibling’s removal and with claims; then, with all quiet: can the group be claimed?',
    kernels: anyKernel,
    text: `
scenario leak
prepare
  override V2 vfio-pci
  bind V2 vfio-pci
  # virtio-pci matches by the override only: its probe() refuses the device
  override E1 virtio-pci
thread refused
  repeat
    bind E1 virtio-pci
    sleep 0..1ms
  end
thread sibling
  repeat
    bind V1 virtio-pci
    unbind V1
  end
thread claimer
  repeat
    claim V2
    sleep 0..1ms
    release V2
    sleep 0..2ms
  end
finish
  override E1
  step all is quiet and no driver uses the DMA API: can the group be claimed?
  claim V2
  release V2
  step and can a kernel driver still be bound, and the group be claimed after it?
  bind V1 virtio-pci
  unbind V1
  claim V2
  release V2
  unbind V2
  override V2
`,
  },
];

/** The devices' names, and their places from the root bus: slot and function, down through bridges. */
export const defaultDevices: Readonly<Record<string, string>> = {
  RP0: '04.0',
  N1: '04.0/00.0',
  N2: '04.0/00.1',
  BR: '05.0/00.0',
  E1: '05.0/00.0/01.0',
  V1: '05.0/00.0/02.0',
  V2: '05.0/00.0/03.0',
  S1: '06.0',
};
