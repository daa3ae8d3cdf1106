/** The command line itself is wrong (exit status 2), as opposed to work that failed (1). */
export class WrongUse extends Error {}

/** `a,b` as a list without empty members. */
export function commaList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

export function numberList(text: string): number[] {
  const values = commaList(text).map(Number);
  if (values.length === 0 || values.some((value) => !Number.isFinite(value))) {
    throw new WrongUse(`expected numbers separated by commas, got '${text}'`);
  }
  return values;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new WrongUse(`expected a whole number of 1 or more, got '${text}'`);
  }
  return value;
}
