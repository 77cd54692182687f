/** Logs: the live table of runs, and one run with its call tree. */

export { Logs as Section } from './Logs';
