/** `--methods` and `--options` of the command line. */
import { WrongUse } from './wrong-use.ts';

/** `{"integrated-gradients": {"steps": 50}}`, keyed by method; `asked` are the methods that will run. */
export function methodOptions(
  text: string | undefined,
  asked: readonly string[],
): Record<string, Record<string, unknown>> {
  if (text === undefined) return {};
  const value = jsonObject(text, '--options');
  const unused = Object.keys(value).filter((name) => !asked.includes(name));
  if (unused.length > 0) {
    throw new WrongUse(
      `--options: expected methods that are asked for as keys (${asked.join(', ')}), got ${unused.join(', ')}`,
    );
  }
  for (const [name, options] of Object.entries(value)) {
    if (isObject(options)) continue;
    throw new WrongUse(`--options: expected an object for ${name}, got ${JSON.stringify(options)}`);
  }
  return value as Record<string, Record<string, unknown>>;
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function jsonObject(text: string, flag: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WrongUse(`${flag}: expected JSON, got '${text}'`);
  }
  if (!isObject(value)) {
    throw new WrongUse(`${flag}: expected a JSON object, got '${text}'`);
  }
  return value as Record<string, unknown>;
}
