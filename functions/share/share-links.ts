/**
 * Share links of an installation. A link is a signed token (shared/sharing/share-token.ts) that nobody keeps; what
 * is kept beside the results, under `shares/`, is which links were made and which were revoked, each written once:
 *
 *   shares/<link id>.json       run, dates; never the token
 *   shares/<link id>.revoked    when it was revoked; locally this is the deny-list itself
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { PermanentFault } from '../../shared/errors.ts';
import { manifestKey } from '../../shared/manifest/keys.ts';
import { manifestSchema } from '../../shared/manifest/manifest.ts';
import { runIdSchema } from '../../shared/manifest/plan.ts';
import { mintShareToken, type ShareClaim, verifyShareToken } from '../../shared/sharing/share-token.ts';
import { jsonType, readJson } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';
import type { Eraser } from '../forget/eraser.ts';

const prefix = 'shares/';
export const linkIdSchema = z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits');
const recordKey = (id: string): string => `${prefix}${id}.json`;
const revokedKey = (id: string): string => `${prefix}${id}.revoked`;

const shareRecordSchema = z.strictObject({
  schema: z.literal('cxai.share/1'),
  id: linkIdSchema,
  runId: runIdSchema,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type ShareRecord = z.infer<typeof shareRecordSchema>;

export interface ShareLink extends ShareRecord {
  readonly status: 'open' | 'expired' | 'revoked';
}

/** Closes a link wherever else it is checked. */
type Deny = (id: string) => Promise<void>;

export interface MintRequest {
  readonly keyHex: string;
  readonly runId: string;
  readonly days: number;
  readonly now: Date;
}

/** A new link to a finished run. Throws PermanentFault where there is none, or it is of a rejected file. */
export async function mintLink(
  results: ObjectStore,
  { keyHex, runId, days, now }: MintRequest,
): Promise<{ readonly token: string; readonly record: ShareRecord }> {
  await requireSharable(results, runId);
  const id = randomBytes(8).toString('hex');
  const token = mintShareToken(keyHex, { runId, id, days, now: now.getTime() / 1000 });
  const record: ShareRecord = {
    schema: 'cxai.share/1',
    id,
    runId,
    createdAt: now.toISOString(),
    expiresAt: new Date(Number(token.split('.')[1]) * 1000).toISOString(),
  };
  await results.writeOnce(recordKey(id), JSON.stringify(record), jsonType);
  return { token, record };
}

async function requireSharable(results: ObjectStore, runId: string): Promise<void> {
  const manifest = runIdSchema.safeParse(runId).success
    ? (await readJson(results, manifestKey(runId), manifestSchema))?.value
    : undefined;
  if (manifest && manifest.status !== 'rejected') return;
  throw new PermanentFault(
    `share: expected a finished run, got ${manifest ? 'a rejected file' : 'none'} with id ${runId}`,
    { code: 'run-unknown', remedy: 'List the runs there are: cxai runs.' },
  );
}

/** Every link that was made, newest first. */
export async function listLinks(results: ObjectStore, now: Date): Promise<ShareLink[]> {
  const keys: string[] = [];
  for await (const { key } of results.list(prefix)) keys.push(key);
  const revoked = new Set(keys.filter((key) => key.endsWith('.revoked')));
  const records = await Promise.all(
    keys.filter((key) => key.endsWith('.json')).map((key) => readJson(results, key, shareRecordSchema)),
  );
  return records
    .flatMap((stored) => (stored ? [stored.value] : []))
    .map((record): ShareLink => {
      const open = Date.parse(record.expiresAt) > now.getTime() ? 'open' : 'expired';
      return { ...record, status: revoked.has(revokedKey(record.id)) ? 'revoked' : open };
    })
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/**
 * Revoking twice changes nothing. `deny` closes the link wherever else it is checked, and comes first: a record
 * without it would claim what is not so. Throws PermanentFault where no such link was made.
 */
export async function revokeLink(
  results: ObjectStore,
  id: string,
  now: Date,
  deny: Deny = async () => undefined,
): Promise<ShareRecord> {
  const record = linkIdSchema.safeParse(id).success
    ? (await readJson(results, recordKey(id), shareRecordSchema))?.value
    : undefined;
  if (!record) {
    throw new PermanentFault(`share: expected the id of a link, got ${id}`, {
      code: 'share-unknown',
      remedy: 'List the links there are: cxai share list.',
    });
  }
  await deny(id);
  await results.writeOnce(revokedKey(id), JSON.stringify({ revokedAt: now.toISOString() }), jsonType);
  return record;
}

/**
 * Closes every open link to a run and erases the records of all of them; their marks of revocation stay. Returns how many
 * there were.
 */
export async function forgetLinks(
  results: ObjectStore,
  erase: Pick<Eraser, 'object'>,
  { runId, now, deny }: { readonly runId: string; readonly now: Date; readonly deny?: Deny | undefined },
): Promise<number> {
  const links = (await listLinks(results, now)).filter((link) => link.runId === runId);
  for (const { id, status } of links) {
    if (status === 'open') await revokeLink(results, id, now, deny);
    await erase.object(recordKey(id));
  }
  return links.length;
}

export type ShareOpening =
  | { readonly status: 'valid'; readonly claim: ShareClaim }
  | { readonly status: 'malformed' | 'forged' | 'expired' | 'revoked' };

/** The check of every request with a token: signature, date, deny-list. */
export async function openLink(
  results: ObjectStore,
  keyHex: string,
  token: string,
  now: Date,
): Promise<ShareOpening> {
  const verdict = verifyShareToken(keyHex, token, now.getTime() / 1000);
  if (verdict.status !== 'valid') return verdict;
  return (await results.size(revokedKey(verdict.claim.id))) === undefined ? verdict : { status: 'revoked' };
}
