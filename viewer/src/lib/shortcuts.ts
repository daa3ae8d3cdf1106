/** Keys of the run page: what the help lists is what the keyboard does. */
export const shortcuts = [
  { keys: ['[', ']'], does: 'Less, more overlay opacity' },
  { keys: [',', '.'], does: 'Show fewer, more of the strongest pixels' },
  { keys: ['O'], does: 'Hold to hide the overlays' },
  { keys: ['C'], does: 'Fill or contour' },
  { keys: ['H'], does: 'Own or shared scale' },
  { keys: ['G'], does: 'All methods in a grid' },
  { keys: ['S', 'F', 'D'], does: 'Swipe, flicker, difference of two methods' },
  { keys: ['R'], does: 'Drag to measure a region; Shift and drag does too' },
  { keys: ['I'], does: 'Invert the image' },
  { keys: ['+', '-'], does: 'Zoom in, out' },
  { keys: ['='], does: 'Whole image' },
  { keys: ['Arrows'], does: 'Go from panel to panel' },
  { keys: ['PgUp', 'PgDn'], does: 'Previous, next run' },
  { keys: ['?'], does: 'This help' },
] as const;

/** Whether a key belongs to what has the focus (text is being typed, a list is open) and not to the page. */
export function belongsToField(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>,
): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target as HTMLElement | null;
  const field = target?.tagName;
  if (field === 'SELECT' || field === 'TEXTAREA') return true;
  if (field !== 'INPUT') return false;
  const kind = (target as HTMLInputElement).type;
  if (kind === 'range') return /^(Arrow|Page|Home|End)/.test(event.key);
  return kind !== 'checkbox' && kind !== 'radio';
}
