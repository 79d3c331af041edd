import type { Finding, RecordingEnd } from '@custody/ingest';

/** All that is known of how a scenario went, once it is over. */
export interface Outcome {
  /** Why it was broken off, in words; null when the guest said that it was done. */
  readonly broken: string | null;
  readonly oops: string | null;
  /** Bytes of trace: how many the guest says it sent, null when it said nothing, and how many came. */
  readonly sent: number | null;
  readonly received: number;
  /** tracefs `kprobe_profile` before the scenario and after it. */
  readonly profiles: { readonly before: string | undefined; readonly after: string | undefined };
  /** tracefs `per_cpu/cpuN/stats`, after it. */
  readonly stats: string | undefined;
  /** What the guest said that is not of the protocol. */
  readonly remarks: readonly string[];
}

const profileLine = /^\s*(\S+)\s+(\d+)\s+(\d+)\s*$/gm;

const countsOf = (profile: string): ReadonlyMap<string, readonly [number, number]> =>
  new Map(
    [...profile.matchAll(profileLine)].map(([, name = '', hits, misses]) => [name, [Number(hits), Number(misses)]]),
  );

/** What was counted between two looks at kprobe_profile, in its own form. */
export const profileBetween = (before: string, after: string): string => {
  const earlier = countsOf(before);
  return [...countsOf(after)]
    .map(([name, [hits, misses]]) => {
      const [hitsThen, missesThen] = earlier.get(name) ?? [0, 0];
      return `${name} ${hits - hitsThen} ${misses - missesThen}\n`;
    })
    .join('');
};

const bytesFinding = (sent: number | null, received: number): Finding[] => {
  if (sent === received) return [];
  const text =
    sent === null
      ? `the guest did not say how much it sent; ${received} bytes came`
      : `of ${sent} bytes that the guest sent ${received} came`;
  return [{ kind: 'trace-cut', text }];
};

/** What a recording's end is worth. */
export const recordingEnd = (outcome: Outcome): RecordingEnd => {
  const { broken, oops, sent, received, profiles, stats, remarks } = outcome;
  const { before, after } = profiles;
  const profile = before === undefined || after === undefined ? undefined : profileBetween(before, after);
  const findings: Finding[] = [
    ...(broken === null ? [] : [{ kind: 'guest-broke-off', text: `the guest did not end by itself: ${broken}` }]),
    ...(oops === null ? [] : [{ kind: 'guest-oops', text: `the guest’s kernel said: ${oops}` }]),
    ...bytesFinding(sent, received),
    ...(profile === undefined
      ? [{ kind: 'not-counted', text: 'no kprobe_profile came: missed probes are not known' }]
      : []),
    ...(stats === undefined
      ? [{ kind: 'not-counted', text: 'no stats came: what a full ring lost is not known' }]
      : []),
    ...remarks.map((text) => ({ kind: 'guest-remark', text })),
  ];
  return {
    findings,
    isWhole: broken === null && sent === received,
    beside: { profile, stats },
  };
};
