import { describe, expect, it } from 'vitest';
import { builtInScenarios, defaultDevices } from './built-in.ts';
import { parseScenario, ScenarioError } from './parse.ts';
import { scenarioFile } from './scenario.ts';

const devices = Object.keys(defaultDevices);
const parse = (...lines: string[]) => parseScenario(lines.join('\n'), devices);

/** What is said of a thread of these lines; they begin in line 2. */
const complaint = (...lines: string[]): string => {
  try {
    parse('thread one', ...lines);
    return 'nothing';
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message;
  }
};

describe('a scenario', () => {
  it('is what its threads do between what is done before and after', () => {
    const scenario = parse(
      'scenario mine # a remark',
      'buffer 64',
      'prepare',
      '  bind E1 vfio-pci',
      'thread claimer',
      '  repeat 3',
      '    claim E1 device',
      '    sleep 0..3ms',
      '    release E1',
      '  end',
      'finish',
      '  unbind E1',
    );
    expect(scenario).toEqual({
      name: 'mine',
      buffer: 64,
      reader: null,
      prepare: [{ verb: 'bind', device: 'E1', driver: 'vfio-pci' }],
      threads: [
        {
          name: 'claimer',
          actions: [
            { verb: 'repeat', count: 3 },
            { verb: 'claim', device: 'E1', opens: true },
            { verb: 'sleep', least: 0, most: 3_000_000 },
            { verb: 'release', device: 'E1' },
            { verb: 'end' },
          ],
        },
      ],
      finish: [{ verb: 'unbind', device: 'E1' }],
    });
  });

  it('goes to the guest with every word spelled out', () => {
    const scenario = parse(
      'thread one',
      'override V1 # back',
      'sleep 2s',
      'step what  comes',
      'repeat',
      'type S1 DMA',
      'end',
    );
    expect(scenarioFile(scenario)).toBe(
      'scenario own\nprepare\nthread one\noverride V1\nsleep 2000000000 2000000000\nstep what  comes\nrepeat 0\ntype S1 DMA\nend\nfinish\n',
    );
  });

  it.each([
    ['a word that is none', ['bnd V1 virtio-pci'], 'line 2: "bnd" is no word of a scenario; known are bind, unbind'],
    ['a device that is not there', ['bind V9 e1000'], 'line 2: there is no device "V9"; the topology has RP0, N1'],
    ['a driver that is missing', ['bind V1'], 'line 2: "" does not fit; write bind DEVICE DRIVER'],
    ['too many words', ['unbind V1 e1000'], 'line 2: there is more than "unbind DEVICE" takes: e1000'],
    ['a time without a unit', ['sleep 3'], 'line 2: "3" is no time; write one such as 3ms or 0..500us'],
    ['a time that ends too early', ['sleep 3..1ms'], 'ends before it begins'],
    ['a loop that is not closed', ['unbind V1', 'repeat', 'unbind V1'], 'line 3: this loop has no end'],
    ['an end without a loop', ['unbind V1', 'end'], 'line 3: there is no loop to end here'],
    ['a loop that does nothing', ['repeat', 'end'], 'line 3: this loop does nothing'],
    ['a release without a claim', ['release V1'], 'line 2: nothing of "V1" was claimed here'],
    ['a barrier that nobody else comes to', ['barrier met'], 'line 2: no other thread comes to the barrier "met"'],
    [
      'an endless loop outside a thread',
      ['unbind V1', 'finish', 'repeat', 'unbind V1', 'end'],
      'line 4: outside a thread a loop needs a count',
    ],
    ['two threads of one name', ['unbind V1', 'thread one'], 'line 3: there is another thread one'],
  ])('with %s is refused, with its line and what would be right', (_what, lines, says) => {
    expect(complaint(...lines)).toContain(says);
  });

  it('without a thread is refused', () => {
    expect(() => parse('prepare', 'unbind V1')).toThrow('it has 0 threads; write 1 to 16');
  });

  it.each(builtInScenarios.map((scenario) => [scenario.id, scenario] as const))(
    '%s is one that can be played',
    (id, { text }) => {
      const scenario = parseScenario(text, devices);
      expect(scenario.name).toBe(id);
      const lines = scenarioFile(scenario).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(128);
    },
  );
});
