/** The fields of a kprobe, kretprobe or fprobe event, by name; strings without their quotes. */
export type ProbeFields = ReadonlyMap<string, string>;

const fieldShape = /(?:^|\s)([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|\S+)/g;

/** `(func+0x0/0x30) dev="0000:03:02.0" cnt=1` → dev, cnt. What is no `name=value` word is passed over. */
export const parseFields = (text: string): ProbeFields => {
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(fieldShape)) {
    // A quote that does not close was cut: what it held is not known. An empty string names nothing.
    if (value.startsWith('"') && (value.length < 2 || !value.endsWith('"'))) continue;
    const plain = value.startsWith('"') ? value.slice(1, -1) : value;
    if (plain !== '') fields.set(name, plain);
  }
  return fields;
};
