/** `--methods` and `--options` of the command line. */
import { methods } from '../../shared/attribution/registry.ts';
import { WrongUse } from './wrong-use.ts';

/** `{"integrated-gradients": {"steps": 50}}`, keyed by method. */
export function methodOptions(text: string | undefined): Record<string, Record<string, unknown>> {
  if (text === undefined) return {};
  const value = jsonObject(text, '--options');
  const names = methods.map(({ name }) => name);
  const unknown = Object.keys(value).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new WrongUse(
      `--options: expected method names as keys (${names.join(', ')}), got ${unknown.join(', ')}`,
    );
  }
  return value as Record<string, Record<string, unknown>>;
}

export function jsonObject(text: string, flag: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WrongUse(`${flag}: expected JSON, got '${text}'`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WrongUse(`${flag}: expected a JSON object, got '${text}'`);
  }
  return value as Record<string, unknown>;
}
