/** Keys of the run page: what the help lists is what the keyboard does. */
export const shortcuts = [
  { keys: ['[', ']'], does: 'Less, more overlay opacity' },
  { keys: [',', '.'], does: 'Show fewer, more of the strongest pixels' },
  { keys: ['O'], does: 'Hold to hide the overlays' },
  { keys: ['C'], does: 'Fill or contour' },
  { keys: ['H'], does: 'Own or shared scale' },
  { keys: ['G'], does: 'All methods in a grid' },
  { keys: ['S', 'F', 'D'], does: 'Swipe, flicker, difference of two methods' },
  { keys: ['P'], does: 'Pin the probe; arrows move it, Shift and arrows by ten; Esc lets go' },
  { keys: ['R'], does: 'Measure a region: drag, or start one in the middle; Shift and drag does too' },
  { keys: ['I'], does: 'Invert the image' },
  { keys: ['+', '-'], does: 'Zoom in, out' },
  { keys: ['='], does: 'Whole image' },
  { keys: ['Arrows'], does: 'Go from panel to panel' },
  { keys: ['PgUp', 'PgDn'], does: 'Previous, next run' },
  { keys: ['?'], does: 'This help' },
] as const;
