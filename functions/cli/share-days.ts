/** `--days` of `cxai share`: apart from the command, so that `--help` loads nothing else. */
import { WrongUse } from './wrong-use.ts';

export const defaultShareDays = 7;
const longestShareDays = 30;

export function shareDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= longestShareDays) return days;
  throw new WrongUse(`--days: expected a whole number from 1 to ${longestShareDays}, got '${text}'`);
}
