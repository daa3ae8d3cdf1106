/** Seeds of the heads in the figures: none is of the sets that the model was trained or tested on. */
export const heads = {
  bright: 900_007,
  ring: 900_014,
  dark: 900_024,
  small: 900_012,
  plain: 900_013,
} as const;

/** Heads whose lesion the model misses. */
export const missed = [900_226, 900_026, 900_071] as const;
