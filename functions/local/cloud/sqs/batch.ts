/** What the batch actions share: 1 to 10 entries with distinct ids, each succeeding or failing alone. */
import { z } from 'zod';
import { ServiceError } from '../service-error.ts';

export const batchEntryId = z.string();

/** Throws EmptyBatchRequest, TooManyEntriesInBatchRequest, BatchEntryIdsNotDistinct, InvalidBatchEntryId (400). */
export function performBatch<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  perform: (entry: Entry) => object,
): { Successful: object[]; Failed: object[] } {
  checkEntries(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    const { Id } = entry;
    try {
      Successful.push({ Id, ...perform(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      Failed.push({ Id, SenderFault: error.status < 500, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function checkEntries(entries: readonly { readonly Id: string }[]): void {
  if (entries.length === 0)
    throw new ServiceError(400, 'EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10) {
    const message = 'Maximum number of entries per request are 10.';
    throw new ServiceError(400, 'TooManyEntriesInBatchRequest', message);
  }
  if (!entries.every(({ Id }) => /^[A-Za-z0-9_-]{1,80}$/.test(Id))) {
    const message = 'A batch entry id can only contain alphanumeric characters, hyphens and underscores.';
    throw new ServiceError(400, 'InvalidBatchEntryId', message);
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw new ServiceError(400, 'BatchEntryIdsNotDistinct', 'Two or more entries have the same id.');
}
