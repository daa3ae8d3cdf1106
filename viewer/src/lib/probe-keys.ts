/** The pinned probe by keyboard: P pins it in the middle of what is seen or lets go; arrows move it, Shift by ten. */
import type { View } from './view.ts';
import type { Extent } from './viewport.ts';

type Press = Pick<KeyboardEvent, 'key' | 'shiftKey'>;

const steps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What the key changes; null where it means nothing to the probe. */
export function probeChange(view: View, { width, height }: Extent, press: Press): Partial<View> | null {
  const within = (value: number, size: number) => Math.max(0, Math.min(size - 1, Math.floor(value)));
  if (press.key === 'p' || press.key === 'P') {
    return { probe: view.probe ? null : [within(view.x * width, width), within(view.y * height, height)] };
  }
  if (!view.probe) return null;
  if (press.key === 'Escape') return { probe: null };
  const step = steps[press.key];
  if (!step) return null;
  const stride = press.shiftKey ? 10 : 1;
  const [x, y] = view.probe;
  return { probe: [within(x + stride * step[0], width), within(y + stride * step[1], height)] };
}
