/** Runs checks one after the other and says what each found. Returns the number that failed. */
import type { Check } from '../doctor/aws-checks.ts';
import type { Output } from './output.ts';

export async function reportChecks(checks: readonly Check[], output: Output): Promise<number> {
  let failures = 0;
  for (const { name, remedy, run } of checks) {
    try {
      const found = await run();
      output.result(`✓ ${name.padEnd(18)} ${found}`, { check: name, ok: true, found });
    } catch (error) {
      failures += 1;
      const found = error instanceof Error ? error.message || error.name : String(error);
      output.result(`✗ ${name.padEnd(18)} ${found}\n  ${remedy}`, { check: name, ok: false, found, remedy });
    }
  }
  return failures;
}
