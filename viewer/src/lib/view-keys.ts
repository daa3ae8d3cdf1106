/** What a key does to the view; null where it does nothing, as those of layout and zoom do while an image is edited. */
import type { Comparison, View } from './view.ts';

export function viewChange(view: View, key: string, editing = false): Partial<View> | null {
  return lookChange(view, key) ?? (editing ? null : layoutChange(view, key));
}

/** How maps and image look. */
function lookChange(view: View, key: string): Partial<View> | null {
  switch (key) {
    case '[':
      return { opacity: stepped(view.opacity, -0.05, 0, 1) };
    case ']':
      return { opacity: stepped(view.opacity, 0.05, 0, 1) };
    case ',':
      return { top: stepped(view.top, view.top > 10 ? -5 : -1, 1, 100) };
    case '.':
      return { top: stepped(view.top, view.top >= 10 ? 5 : 1, 1, 100) };
    case 'c':
    case 'C':
      return { style: view.style === 'fill' ? 'contour' : 'fill' };
    case 'h':
    case 'H':
      return { scale: view.scale === 'own' ? 'shared' : 'own' };
    case 'i':
    case 'I':
      return { inverted: !view.inverted };
    default:
      return null;
  }
}

/** Which panels there are, and what part of the image they show. */
function layoutChange(view: View, key: string): Partial<View> | null {
  switch (key) {
    case '+':
      return { zoom: Math.min(64, view.zoom * 1.25) };
    case '-':
      return { zoom: Math.max(1, view.zoom / 1.25) };
    case '=':
      return { zoom: 1, x: 0.5, y: 0.5 };
    case 'g':
    case 'G':
      return { compare: 'grid' };
    case 's':
    case 'S':
      return { compare: toggled(view, 'swipe') };
    case 'f':
    case 'F':
      return { compare: toggled(view, 'flicker') };
    case 'd':
    case 'D':
      return { compare: toggled(view, 'difference') };
    default:
      return null;
  }
}

/** Rounded to hundredths, so that repeated steps leave short numbers in the link. */
const stepped = (value: number, step: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, Math.round((value + step) * 100) / 100));

const toggled = (view: View, comparison: Comparison): Comparison =>
  view.compare === comparison ? 'grid' : comparison;
