import { firstSlot, type GroupPlan, qemuModel } from './topology-text.ts';

/** TCG runs each virtual CPU in a thread, so that races are real; KVM is for machines where it boots. */
export type Accelerator = 'kvm' | 'tcg';

/** What a machine is made of. */
export interface MachinePlan {
  /** A bzImage. */
  readonly kernel: string;
  /** An initramfs. */
  readonly image: string;
  readonly groups: readonly GroupPlan[];
  readonly accelerator: Accelerator;
  readonly cpus: number;
  readonly megabytes: number;
  /** Of the counter that TCG hands through; null where it is not known, and the guest must measure it. */
  readonly tscKilohertz?: number | null;
}

/** File descriptors at which QEMU finds what connects it with us. */
export const descriptors = { trace: 3, control: 4, monitor: 5 } as const;

/**
 * Without no_timer_check one boot of some 35 panics under load: the timer is not seen through the remapped IO-APIC in time.
 * earlyprintk is what lets the decompressor say that an image is corrupt.
 */
const kernelArguments = [
  'console=ttyS0',
  'earlyprintk=ttyS0,115200',
  'quiet',
  'panic=-1',
  'intel_iommu=on',
  'nokaslr',
  'no_timer_check',
  'tsc=reliable',
];

const groupArguments = ({ place, devices }: GroupPlan, index: number): string[] => {
  const slot = (firstSlot + index).toString(16);
  const port = `pcie-root-port,id=port${index},bus=pcie.0,addr=${slot},chassis=${index + 1},slot=${index + 1}`;
  switch (place) {
    case 'root-port':
      return [
        `${port},disable-acs=on`,
        ...devices.map(
          ({ model }, nth) =>
            `${qemuModel(model)},bus=port${index},addr=0.${nth}${nth === 0 && devices.length > 1 ? ',multifunction=on' : ''}`,
        ),
      ];
    case 'bridge':
      return [
        port,
        `pcie-pci-bridge,id=bridge${index},bus=port${index}`,
        ...devices.map(({ model }, nth) => `${qemuModel(model)},bus=bridge${index},addr=${(nth + 1).toString(16)}`),
      ];
    case 'singleton':
      return devices.map(({ model }) => `${qemuModel(model)},bus=pcie.0,addr=${slot}`);
  }
};

const acceleration = {
  kvm: ['-accel', 'kvm', '-cpu', 'host'],
  tcg: ['-accel', 'tcg,thread=multi', '-cpu', 'max'],
} as const;

const clock = ({ accelerator, tscKilohertz = null }: MachinePlan): string[] =>
  accelerator === 'tcg' && tscKilohertz !== null ? [`tsc_early_khz=${tscKilohertz}`] : [];

const socket = (name: string, descriptor: number): string => `socket,id=${name},fd=${descriptor}`;

/**
 * The words after `qemu-system-x86_64`: q35 with an Intel IOMMU that remaps interrupts, the groups of the plan, and behind
 * them the channel to the host. The console is QEMU's stdout.
 *
 * @param incoming - the file with a saved machine that is to go on; it must have been made with the same plan.
 */
export const qemuArguments = (plan: MachinePlan, incoming?: string): readonly string[] => [
  ...['-machine', 'q35,kernel-irqchip=split'],
  ...acceleration[plan.accelerator],
  ...['-smp', String(plan.cpus), '-m', String(plan.megabytes)],
  ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
  ...['-kernel', plan.kernel, '-initrd', plan.image, '-append', [...kernelArguments, ...clock(plan)].join(' ')],
  ...['-device', 'intel-iommu,intremap=on'],
  ...plan.groups.flatMap(groupArguments).flatMap((device) => ['-device', device]),
  ...['-device', `virtio-serial-pci,id=channel,bus=pcie.0,addr=${(firstSlot + plan.groups.length).toString(16)}`],
  ...['-chardev', socket('trace', descriptors.trace)],
  ...['-device', 'virtserialport,bus=channel.0,nr=1,chardev=trace,name=custody.trace'],
  ...['-chardev', socket('control', descriptors.control)],
  ...['-device', 'virtserialport,bus=channel.0,nr=2,chardev=control,name=custody.control'],
  ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
  ...['-chardev', socket('monitor', descriptors.monitor), '-mon', 'chardev=monitor,mode=control'],
  ...(incoming === undefined ? [] : ['-incoming', `exec:cat ${shellWord(incoming)}`]),
];

/** The text as one word of a shell. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
