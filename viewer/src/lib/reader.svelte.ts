/**
 * What a reader says of each run. It is kept until the page is closed, so that going on to the next run and back
 * loses nothing, and saved to a file only.
 */
export interface Reader {
  reading: string;
  certainty: string;
  usefulness: string;
  note: string;
  /** When the answer was asked for, and whether it had never been on the page before; null where it was not asked for. */
  decision: { readonly at: string; readonly blind: boolean } | null;
  /** Whether the model's answer has been on this page. */
  answerSeen: boolean;
  /** What the file holds that was saved last. */
  saved: string;
}

const words = ({ reading, certainty, usefulness, note, decision }: Omit<Reader, 'saved'>): string =>
  JSON.stringify([reading, certainty, usefulness, note, decision]);

const silent = { reading: '', certainty: '', usefulness: '', note: '', decision: null, answerSeen: false };
const readers = new Map<string, Reader>();

/** The reader of a run, the same object whenever it is asked for. */
export function readerOf(runId: string): Reader {
  const known = readers.get(runId);
  if (known) return known;
  const reader = $state<Reader>({ ...silent, saved: words(silent) });
  readers.set(runId, reader);
  return reader;
}

/** The reader asks for the answer: from here on the reading is no longer a blind one. */
export function decide(reader: Reader): void {
  reader.decision = { at: new Date().toISOString(), blind: !reader.answerSeen };
}

export function markSaved(reader: Reader): void {
  reader.saved = words(reader);
}

/** Whether closing the page would lose something. */
export const anythingUnsaved = (): boolean =>
  [...readers.values()].some((reader) => words(reader) !== reader.saved);
