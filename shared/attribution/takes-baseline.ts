/** Whether a method reads a baseline that is given as an array (`AttributionContext.baseline`). */

/** Options of the methods that call `baselineFor`. */
const BASELINE_OPTIONS: readonly string[] = ['baseline', 'value'];

/** `options` are parsed: every default is written out, those of a method inside as well. */
export function takesBaseline(options: unknown): boolean {
  const chosen = options as Readonly<Record<string, unknown>>;
  return (
    BASELINE_OPTIONS.some((name) => name in chosen) ||
    ('ofOptions' in chosen && takesBaseline(chosen.ofOptions))
  );
}
