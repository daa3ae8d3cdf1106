/**
 * The command line itself is wrong (exit status 2), as opposed to work that failed (1). Thrown while an option is
 * parsed it has the code by which commander names the option and the argument given.
 */
export class WrongUse extends Error {
  readonly code = 'commander.invalidArgument';
}

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

/** Exactly two numbers. */
export function numberPair(text: string): number[] {
  const values = numberList(text);
  if (values.length === 2) return values;
  throw new WrongUse(`expected 2 numbers separated by a comma, got '${text}'`);
}

/** Height and width in pixels; one number is a square's. */
export function imageSize(text: string): number[] {
  const sides = commaList(text).map(positiveInteger);
  if (sides.length === 1) return [sides[0]!, sides[0]!];
  if (sides.length === 2) return sides;
  throw new WrongUse(`expected 1 or 2 whole numbers separated by a comma, got '${text}'`);
}

export function storedBits(text: string): number {
  const bits = positiveInteger(text);
  if (bits >= 9 && bits <= 16) return bits;
  throw new WrongUse(`expected a whole number from 9 to 16, got '${text}'`);
}

/** Of any sign, exact as a double. */
export function integer(text: string): number {
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text.trim()) && Number.isSafeInteger(value)) return value;
  throw new WrongUse(`expected a whole number, got '${text}'`);
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new WrongUse(`expected a whole number of 1 or more, got '${text}'`);
  }
  return value;
}
