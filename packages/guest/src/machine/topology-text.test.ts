import { describe, expect, it } from 'vitest';
import { defaultDevices } from '../scenario/built-in.ts';
import { qemuArguments } from './qemu-arguments.ts';
import { defaultTopology, devicePlaces, parseTopologyText } from './topology-text.ts';

const parse = (text: string) => parseTopologyText(text, 'mine');

describe('a topology', () => {
  it('has the devices of the samples, where the built-in scenarios look for them', () => {
    expect(devicePlaces(parse(defaultTopology))).toEqual(defaultDevices);
  });

  it('becomes devices of QEMU: ports without ACS, bridges with what is behind them, singletons', () => {
    const words = qemuArguments({
      kernel: '/k',
      image: '/i',
      groups: parse(defaultTopology),
      accelerator: 'tcg',
      cpus: 2,
      megabytes: 512,
    });
    expect(words.filter((_, index) => words[index - 1] === '-device')).toEqual([
      'intel-iommu,intremap=on',
      'pcie-root-port,id=port0,bus=pcie.0,addr=4,chassis=1,slot=1,disable-acs=on',
      'e1000e,romfile=,bus=port0,addr=0.0,multifunction=on',
      'e1000e,romfile=,bus=port0,addr=0.1',
      'pcie-root-port,id=port1,bus=pcie.0,addr=5,chassis=2,slot=2',
      'pcie-pci-bridge,id=bridge1,bus=port1',
      'e1000,romfile=,bus=bridge1,addr=1',
      'virtio-rng-pci,bus=bridge1,addr=2',
      'virtio-rng-pci,bus=bridge1,addr=3',
      'e1000,romfile=,bus=pcie.0,addr=6',
      'virtio-serial-pci,id=channel,bus=pcie.0,addr=7',
      'virtserialport,bus=channel.0,nr=1,chardev=trace,name=custody.trace',
      'virtserialport,bus=channel.0,nr=2,chardev=control,name=custody.control',
    ]);
  });

  it('may have many of a kind; slots and devices are counted in hexadecimal', () => {
    const many = parse(`singleton ${'edu '.repeat(7)}\nbridge ${'edu '.repeat(9)}L=edu`);
    expect(devicePlaces(many)).toEqual({ L: '0b.0/00.0/0a.0' });
  });

  it.each([
    ['tower e1000', 'line 1 begins with "tower"; it must be bridge, root-port or singleton'],
    ['# none\n\nbridge', 'line 3 has no device'],
    ['bridge A=gpu', 'line 1 has the device "gpu"; there are e1000, e1000e,'],
    ['singleton:S e1000', 'line 1 calls a singleton "S"'],
    [`root-port ${'e1000e '.repeat(9)}`, 'a root-port has room for 8'],
    ['bridge 1st=edu', 'line 1 has the name "1st"'],
    ['bridge:A B=edu\nsingleton B=edu', '"B" names two devices'],
    ['# nothing', 'names no device'],
  ])('is refused where it is wrong: %j', (text, why) => {
    expect(() => parse(text)).toThrow(why);
  });
});
