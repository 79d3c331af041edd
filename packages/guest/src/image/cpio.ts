/** A file of an initramfs, or a folder where `bytes` is left out. */
export interface CpioEntry {
  /** Without a leading slash. */
  readonly path: string;
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
  readonly bytes?: Uint8Array;
}

const folder = 0o040000;
const regular = 0o100000;
const text = new TextEncoder();

const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);

const record = ({ path, mode, bytes }: CpioEntry, inode: number): Uint8Array[] => {
  const name = text.encode(`${path}\0`);
  const body = bytes ?? new Uint8Array();
  const kind = bytes === undefined ? folder : regular;
  const links = bytes === undefined ? 2 : 1;
  const fields = [inode, kind | mode, 0, 0, links, 0, body.length, 0, 0, 0, 0, name.length, 0];
  const header = text.encode(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return [header, name, padding(header.length + name.length), body, padding(body.length)];
};

const foldersOf = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, index, names) => names.slice(0, index + 1).join('/'));

/** The folders that entries lie in and that are no entries themselves. */
const withFolders = (entries: readonly CpioEntry[]): CpioEntry[] => {
  const named = new Set(entries.map(({ path }) => path));
  const folders = new Set(entries.flatMap(({ path }) => foldersOf(path)).filter((path) => !named.has(path)));
  return [...[...folders].sort().map((path) => ({ path, mode: 0o755 })), ...entries];
};

/**
 * An archive in the "new ASCII" format of cpio, which the kernel unpacks as its first root file system. Everything
 * belongs to root and is of no time, so equal entries are equal bytes; the folders of an entry come by themselves.
 *
 * @see Documentation/driver-api/early-userspace/buffer-format.rst
 */
export const cpio = (entries: readonly CpioEntry[]): Uint8Array => {
  const records = withFolders(entries).map((entry, index) => record(entry, index + 1));
  const trailer = record({ path: 'TRAILER!!!', mode: 0, bytes: new Uint8Array() }, 0);
  return Buffer.concat([...records.flat(), ...trailer]);
};
