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
