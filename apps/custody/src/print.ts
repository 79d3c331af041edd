/** Exit codes: the same for every command. */
export const exit = { yes: 0, no: 1, trouble: 2, inconclusive: 3 } as const;
export type ExitCode = (typeof exit)[keyof typeof exit];

export interface OutputOptions {
  readonly json: boolean;
  readonly mail: boolean;
  readonly quiet: boolean;
}

/** One answer, in every shape that a command can give it in. */
interface Answer {
  /** The document that `--json` prints. */
  readonly json: unknown;
  readonly text: readonly string[];
  readonly code?: ExitCode;
}

/** stdout carries the answer, stderr progress and complaints. */
export interface Printer {
  readonly options: OutputOptions;
  readonly answer: (answer: Answer) => ExitCode;
  /** One JSON document a line, or one text line: for answers of many items. */
  readonly item: (json: unknown, text: string) => void;
  /** Text that is a document of its own, as it is. */
  readonly raw: (text: string) => void;
  readonly progress: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Columns of a line in a mail to the list. */
export const mailWidth = 72;
const asciiOf: Readonly<Record<string, string>> = {
  '→': '->',
  '–': '-',
  '—': '--',
  '…': '...',
  '×': 'x',
  µ: 'u',
  '−': '-',
  '’': "'",
  '“': '"',
  '”': '"',
  '·': '-',
  '│': '|',
  '⚠': '!',
  '§': 'sec. ',
};

/** Letters lose their accents, known signs become ASCII ones, the rest a question mark. */
export const toAscii = (line: string): string =>
  line
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, (char) => asciiOf[char] ?? '?');

/** What other people wrote must not steer the terminal: control and direction characters are shown, not sent. */
const harmless = (line: string): string =>
  line.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) => (char === '\t' ? ' ' : '\ufffd'));

/** As `harmless`, of text that may have several lines, and tabs. */
export const harmlessText = (text: string): string => text.replace(/[^\n\t]+/g, harmless);

/** A line folded at blanks to `width` columns; what continues it is indented by `hang` more than it was. */
export const fold = (line: string, width: number, hang = 2): string[] => {
  // However far the line is indented, half of the width is left for words.
  const indent = ' '.repeat(Math.min((/^ */.exec(line)?.[0].length ?? 0) + hang, width >> 1));
  const folded: string[] = [];
  let [lead, from] = ['', 0];
  while (lead.length + line.length - from > width) {
    const piece = lead + line.slice(from, from + width + 1 - lead.length);
    const at = piece.lastIndexOf(' ');
    const cut = at > indent.length ? at : width;
    folded.push(piece.slice(0, cut).trimEnd());
    from += cut - lead.length;
    while (line[from] === ' ') from += 1;
    lead = indent;
  }
  return [...folded, lead + line.slice(from)];
};

/** A command of ours where it stands alone, or after a colon; not the word in a sentence. */
const ours =
  /(^ *|: )custody (?=(?:tour|import|record|guest|runs|show|state|replay|variants|scenarios|simulate|explore|cases|conform|export|copy|diff|note|serve|invite|join|delete|compact|doctor)\b)/g;

/** The words of a command as a shell takes them, an option with its value. */
const unitsOf = (command: string): readonly string[] =>
  command.match(/(?:--\S+ )?(?!--)(?:'[^']*'|\\.|[^ '\\]|['\\])+|--\S+/g) ?? [];

/**
 * A command folded so that a shell still takes it: with a backslash before the break. No quoted word is broken but a
 * schedule, which may go on in the next line; a line with a longer word than that stays long.
 */
const foldCommand = (line: string, width: number): readonly string[] => {
  const [, indent = '', head = '', command = ''] = /^( *)((?:see: )?)(.*)$/.exec(line) ?? [];
  const hang = ' '.repeat(Math.min(indent.length + 2, width >> 1));
  const [first = '', ...units] = unitsOf(command);
  const lines = [`${indent}${head}${first}`];
  for (const [index, unit] of units.entries()) {
    const longer = `${lines.at(-1)} ${unit}`;
    if (longer.length <= width - (index < units.length - 1 ? 2 : 0)) lines[lines.length - 1] = longer;
    else lines.push(hang + unit);
  }
  return lines.flatMap((one, index) => {
    const part = index < lines.length - 1 ? `${one} \\` : one;
    return part.startsWith(`${hang}--schedule `) ? fold(part, width, 0) : [part];
  });
};

/** Text fit for a mail to the list: 72 columns, ASCII; commands as somebody with a checkout types them. */
export const forMail = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => {
    const text = toAscii(line).trimEnd().replace(ours, '$1npx custody ');
    return /^ *(?:see: )?npx custody /.test(text) ? foldCommand(text, mailWidth) : fold(text, mailWidth);
  });

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export const printer = (options: OutputOptions, { out, err }: Streams): Printer => {
  const lines = (text: readonly string[]): void => {
    for (const line of options.mail ? forMail(text) : text.map(harmless)) out(`${line}\n`);
  };
  return {
    options,
    answer: ({ json, text, code = exit.yes }) => {
      if (options.json) out(`${JSON.stringify(json)}\n`);
      else lines(text);
      return code;
    },
    item: (json, text) => {
      if (options.json) out(`${JSON.stringify(json)}\n`);
      else lines([text]);
    },
    raw: (text) => out(`${text}\n`),
    progress: (text) => {
      if (!options.quiet) err(`${harmlessText(text)}\n`);
    },
    complain: (text) => err(`custody: ${harmlessText(text)}\n`),
  };
};

/** 25522 → 25,522. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** `1 event`, `2 events`. */
export const many = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
