export type { Mail } from './mail.ts';
export { ownWords } from './own-words.ts';
export { isMbox, NotAMailError, readMbox } from './read-mbox.ts';
export { writeMbox } from './write-mbox.ts';
