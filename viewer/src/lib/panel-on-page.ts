/** A panel as the page shows it, read from its elements, so that a picture of it says no more and no less. Browser only. */
import { type BarFacts, factsOfBar } from './bar-facts.ts';

/** What lies over a panel's canvas; a filled line, or the frame of a box. Shares of the canvas, 0 … 1. */
export interface Mark {
  readonly kind: 'line' | 'box';
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Any CSS color. */
  readonly color: string;
}

export interface PanelVerdict {
  /** `sanity passed`; with the method's name before it where the panel shows two. */
  readonly words: string;
  readonly failed: boolean;
}

export interface PanelOnPage {
  readonly title: string;
  readonly canvas: HTMLCanvasElement;
  readonly marks: readonly Mark[];
  /** One a map, each with the map's name where there are two. */
  readonly bars: readonly { readonly name: string | null; readonly facts: BarFacts }[];
  readonly verdicts: readonly PanelVerdict[];
  /** Why checks failed. */
  readonly reasons: readonly string[];
  /** What a map shows that is not in its colors: XRAI's best regions. */
  readonly notes: readonly string[];
}

/** Null for a panel without a picture: a method that failed or is on its way. */
export function panelOnPage(panel: HTMLElement): PanelOnPage | null {
  const canvas = panel.querySelector('canvas');
  const frame = canvas?.parentElement;
  if (!canvas || !frame) return null;
  const all = <Kind extends HTMLElement>(selector: string) => [...panel.querySelectorAll<Kind>(selector)];
  const names = all<HTMLSelectElement>('header select').map(
    (select) => select.selectedOptions[0]?.text ?? '',
  );
  const named = (i: number, of: number) => (of > 1 ? (names[i] ?? null) : null);
  const bars = all('figure').flatMap((figure) => factsOfBar(figure) ?? []);
  const badges = all('[data-verdict]');
  return {
    title: panel.getAttribute('aria-label') ?? '',
    canvas,
    marks: [...frame.querySelectorAll<HTMLElement>(':scope > span')].map((mark) => markOf(mark, frame)),
    bars: bars.map((facts, i) => ({ name: named(i, bars.length), facts })),
    verdicts: badges.map((badge, i) => {
      const outcome = badge.querySelector('[aria-label]')?.getAttribute('aria-label');
      const words = [named(i, badges.length), badge.textContent.trim(), outcome].filter(Boolean).join(' ');
      return { words, failed: badge.dataset.verdict === 'failed' };
    }),
    reasons: all('footer .reason').map(({ textContent }) => textContent),
    notes: all('footer .steps [role=status]').map(({ textContent }) => textContent),
  };
}

function markOf(mark: HTMLElement, frame: Element): Mark {
  const whole = frame.getBoundingClientRect();
  const { left, top, width, height } = mark.getBoundingClientRect();
  const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(mark);
  const box = Number.parseFloat(borderTopWidth) > 0;
  return {
    kind: box ? 'box' : 'line',
    left: (left - whole.left) / whole.width,
    top: (top - whole.top) / whole.height,
    width: width / whole.width,
    height: height / whole.height,
    color: box ? borderTopColor : backgroundColor,
  };
}
