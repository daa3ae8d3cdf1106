/** Moves the focus between the panels of the stage as the arrow keys say; they lie in rows, left to right. */
export type ArrowKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

export function focusPanel(key: ArrowKey): void {
  const panels = [...document.querySelectorAll<HTMLElement>('[data-panel]')];
  const current = document.activeElement?.closest<HTMLElement>('[data-panel]');
  const next = current ? neighbor(panels, current, key) : panels[0];
  next?.focus();
}

function neighbor(
  panels: readonly HTMLElement[],
  current: HTMLElement,
  key: ArrowKey,
): HTMLElement | undefined {
  const forward = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
  const left = current.getBoundingClientRect().left;
  const line =
    key === 'ArrowLeft' || key === 'ArrowRight'
      ? panels
      : panels.filter((panel) => Math.abs(panel.getBoundingClientRect().left - left) < 4);
  return line[line.indexOf(current) + forward];
}
