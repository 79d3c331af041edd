export { type CpioEntry, cpio } from './image/cpio.ts';
