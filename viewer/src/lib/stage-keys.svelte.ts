/** The keys of the panels, the same on every page that shows them (shortcuts.ts lists them for the reader). */
import { type ArrowKey, focusPanel } from './panel-focus.ts';
import { probeChange } from './probe-keys.ts';
import type { View } from './view.ts';
import { viewChange } from './view-keys.ts';
import type { Extent } from './viewport.ts';

export interface KeyedStage {
  readonly view: View;
  /** The image under the panels; null where they are hidden or not there yet. */
  readonly source: Extent | null;
  /** Whether the image is being edited: keys of layout, zoom, probe and region then rest. */
  readonly editing: boolean;
  readonly change: (part: Partial<View>) => void;
  /** Hides the overlays until the key is let go. */
  readonly veil: () => void;
  readonly turnTool: () => void;
  readonly help: () => void;
}

/** Does what the key says; false where it says nothing. */
export function pressStageKey(event: KeyboardEvent, stage: KeyedStage): boolean {
  const { view, source, editing } = stage;
  const probed = source && !editing ? probeChange(view, source, event) : null;
  const part = probed ?? viewChange(view, event.key, editing);
  if (part) stage.change(part);
  else if (event.key === 'o' || event.key === 'O') stage.veil();
  else if (!editing && (event.key === 'r' || event.key === 'R')) stage.turnTool();
  else if (event.key === '?') stage.help();
  else if (/^Arrow/.test(event.key)) focusPanel(event.key as ArrowKey);
  else return false;
  return true;
}
