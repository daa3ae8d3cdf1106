/**
 * `cxai forget RUN`: erases one run with its upload, once somebody has said yes. What caches keep is told with the command
 * that clears them.
 */
import { PermanentFault } from '../../shared/errors.ts';
import { runIdSchema } from '../../shared/manifest/plan.ts';
import { objectEraser, versionEraser } from '../forget/eraser.ts';
import { type Forgotten, forgetRun } from '../forget/forget-run.ts';
import { type Ask, onTerminal } from './ask.ts';
import { connect, type Installation } from './installation.ts';
import type { Output } from './output.ts';
import { denyInAws } from './share-command.ts';
import { WrongUse } from './wrong-use.ts';

export interface ForgetFlags {
  readonly state: string;
  readonly yes: boolean;
}

/** Returns 1 where nobody said yes: nothing was erased then. Throws PermanentFault where there is no trace of the run. */
export async function forgetCommand(
  runId: string,
  flags: ForgetFlags,
  output: Output,
  ask: Ask | undefined = process.stdin.isTTY ? askOnce : undefined,
): Promise<number> {
  if (!runIdSchema.safeParse(runId).success) {
    throw new WrongUse('forget: expected a run id of 32 hexadecimal digits; cxai runs lists them');
  }
  if (!flags.yes && !ask) throw new WrongUse('forget: expected --yes, where there is no terminal to ask on');
  const installation = await connect(flags.state);
  if (!flags.yes && !(await agreed(ask!, runId))) {
    output.note('nothing was erased');
    return 1;
  }
  const forgotten = await forgetRun(servicesOf(installation), runId);
  if (traces(forgotten) === 0) {
    throw new PermanentFault(`forget: expected a run, found no trace of one with id ${runId}`, {
      code: 'run-unknown',
      remedy: 'List the runs there are: cxai runs.',
    });
  }
  const invalidation =
    installation.where === 'aws' ? invalidationCommand(installation.name, runId) : undefined;
  output.result(forgottenText(forgotten), { ...forgotten, ...(invalidation && { invalidation }) });
  if (forgotten.underWay) {
    output.note(
      'It was under way: what works on it may still write. Erase it again in a quarter of an hour.',
    );
  }
  output.note(
    invalidation
      ? `CloudFront may keep its files for a day. Clear them now:\n\n${invalidation}\n\nBrowsers that showed it forget it within the hour.`
      : 'Take the file out of the watched folder too, or the next start takes it in again.',
  );
  return 0;
}

const askOnce: Ask = (question) => onTerminal((ask) => ask(question));

async function agreed(ask: Ask, runId: string): Promise<boolean> {
  const answer = await ask(
    `Erase run ${runId} for good: picture, maps, manifest, links and its upload? [y/N] `,
  );
  return /^y(es)?$/i.test(answer.trim());
}

function servicesOf({ where, clients, drop, results, buckets }: Installation) {
  const erase =
    where === 'aws'
      ? { drop: versionEraser(clients.s3, buckets.drop), results: versionEraser(clients.s3, buckets.results) }
      : { drop: objectEraser(drop), results: objectEraser(results) };
  return { drop, results, erase, deny: where === 'aws' ? denyInAws : undefined, now: () => new Date() };
}

const traces = ({ objects, uploads, receipts, links, entries }: Forgotten): number =>
  objects + uploads + receipts + links + entries;

const forgottenText = ({ runId, objects, uploads, receipts, links, entries }: Forgotten): string =>
  [
    `erased   ${runId}`,
    `objects  ${objects} of the run`,
    `uploads  ${uploads}, and ${receipts} receipts`,
    `links    ${links}`,
    `index    out of ${entries} of its files`,
  ].join('\n');

/** The distribution is found by its comment, `CXAI <hospital>` (infra/stacks/site-stack.ts). */
export function invalidationCommand(installation: string, runId: string): string {
  const comment = installation.replace(/^cxai-/, 'CXAI ');
  const distribution = `aws cloudfront list-distributions --query "DistributionList.Items[?Comment=='${comment}'].Id" --output text`;
  const paths = [`/data/runs/${runId}/*`, `/shared/runs/${runId}/*`, '/data/index*'];
  return `aws cloudfront create-invalidation --distribution-id "$(${distribution})" --paths ${paths.map((path) => `'${path}'`).join(' ')}`;
}
