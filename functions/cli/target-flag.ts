/** `--target` of `cxai explain`: one class, several, or all, by name or index. */
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import { WrongUse } from './wrong-use.ts';

/** Each class keeps state of its own while a method runs. */
const mostTargets = 64;

/** Class names, or `predicted`; undefined where the card decides. Throws WrongUse with the classes there are. */
export function targetsOf(
  requested: readonly string[] | undefined,
  { output: { classes } }: Pick<ModelCard, 'output'>,
): readonly string[] | undefined {
  if (requested === undefined || requested.length === 0) return undefined;
  const named = requested.includes('all') && !classes.includes('all') ? classes : requested;
  const targets = [...new Set(named.map((target) => targetNamed(target, classes)))];
  if (targets.length <= mostTargets) return targets;
  throw new WrongUse(`--target: expected at most ${mostTargets} classes, got ${targets.length}`);
}

function targetNamed(target: string, classes: readonly string[]): string {
  const name = classes.includes(target) || target === 'predicted' ? target : classes[Number(target)];
  if (name !== undefined) return name;
  throw new WrongUse(
    `--target: expected 'predicted', 'all' or classes out of ${classes.join(', ')}, got '${target}'`,
  );
}
