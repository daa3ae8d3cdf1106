/**
 * Erases one run: a picture with a name burned in that should never have been taken in. In this order, each step found
 * by itself, so that a command that died half way is simply given again:
 *
 *   links closed · pending mark · runs/<run>/ · entry in the index and its pages · uploads, then their receipts
 *
 * A closed link's `.revoked` mark stays: the same picture dropped again would be the same run, and the link open it.
 */
import {
  indexKey,
  indexPagesPrefix,
  manifestKey,
  pendingKey,
  receiptsPrefix,
  runPrefix,
} from '../../shared/manifest/keys.ts';
import { type Receipt, receiptSchema } from '../../shared/manifest/receipt.ts';
import { readJson, unlessUnreadable } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';
import { forgetLinks } from '../share/share-links.ts';
import { inOrder } from '../study/in-order.ts';
import type { Eraser } from './eraser.ts';
import { forgetEntry } from './forget-entry.ts';

export interface ForgetServices {
  readonly drop: ObjectStore;
  readonly results: ObjectStore;
  readonly erase: { readonly drop: Eraser; readonly results: Eraser };
  /** Closes a link wherever it is checked beside the results bucket. */
  readonly deny: ((linkId: string) => Promise<void>) | undefined;
  readonly now: () => Date;
}

/** How many of each there were. */
export interface Forgotten {
  readonly runId: string;
  /** Objects of the run: picture, input, plan, maps, manifest. */
  readonly objects: number;
  readonly uploads: number;
  readonly receipts: number;
  readonly links: number;
  /** The index and pages that held its entry. */
  readonly entries: number;
  /** Whether methods may have been at work on it, which may still write. */
  readonly underWay: boolean;
}

/** Receipts read at a time. */
const atATime = 20;

export async function forgetRun(services: ForgetServices, runId: string): Promise<Forgotten> {
  const { drop, results, erase, deny, now } = services;
  const links = await forgetLinks(results, erase.results, { runId, now: now(), deny });
  const finished = (await results.size(manifestKey(runId))) !== undefined;
  const pending = await erase.results.object(pendingKey(runId));
  const objects = await erase.results.below(runPrefix(runId));
  const entries = await forgetEntry(results, runId);
  if (entries > 0) {
    await erase.results.olderVersions(indexKey);
    await erase.results.olderVersions(indexPagesPrefix);
  }
  const counts = { uploads: 0, receipts: 0 };
  for await (const found of inOrder(await receiptKeys(drop), atATime, receiptOf(drop, runId))) {
    if (!found) continue;
    // The upload first: its receipt is how it is found.
    counts.uploads += await erase.drop.object(found.upload);
    counts.receipts += await erase.drop.object(found.receipt);
  }
  return { runId, objects, ...counts, links, entries, underWay: pending > 0 && !finished };
}

async function receiptKeys(drop: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of drop.list(receiptsPrefix)) keys.push(key);
  return keys;
}

/** The keys of receipt and upload, where the receipt is of this run; one that cannot be read is of none. */
const receiptOf =
  (drop: ObjectStore, runId: string) =>
  async (receipt: string): Promise<{ readonly receipt: string; readonly upload: string } | undefined> => {
    const stored = await readJson<Receipt>(drop, receipt, receiptSchema).catch(unlessUnreadable(undefined));
    return stored?.value.runId === runId ? { receipt, upload: stored.value.key } : undefined;
  };
