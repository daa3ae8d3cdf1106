/** What a reader said of a run, and whether it was before the model's answer was seen. Saved to a file only. */
export interface Reader {
  reading: string;
  certainty: string;
  usefulness: string;
  note: string;
  /** ISO time at which the answer was revealed; null where it was never hidden. */
  decidedAt: string | null;
}

export const silentReader = (): Reader => ({
  reading: '',
  certainty: '',
  usefulness: '',
  note: '',
  decidedAt: null,
});
