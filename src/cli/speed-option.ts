import type { Option } from 'commander';
import { decimalNumber, parsed, wordOr } from './new-command.js';

/** How fast recordings are sent; infinite for as fast as the broker takes them. */
export function speedOption(): Option {
  return parsed(
    '--speed <speed>',
    'max, realtime, or how many times faster than real time',
    wordOr('max', Number.POSITIVE_INFINITY, wordOr('realtime', 1, decimalNumber(0.001))),
    'max',
  );
}
