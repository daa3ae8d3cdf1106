/** The keys of the panels, the same on every page that shows them (shortcuts.ts lists them for the reader). */
import { type ArrowKey, focusPanel } from './panel-focus.ts';
import { probeChange } from './probe-keys.ts';
import type { View } from './view.ts';
import { viewChange } from './view-keys.ts';
import type { Extent } from './viewport.ts';

/** What keys and buttons switch besides the view; it stays out of the link. */
export interface StageSwitches {
  /** Whether the overlays are hidden, while O is held. */
  veiled: boolean;
  /** What a drag does. */
  tool: 'move' | 'region';
  /** Whether the help is open. */
  helping: boolean;
  /** Whether the image is being edited: keys of layout, zoom, probe and region then rest. */
  editing: boolean;
}

export function newStageSwitches(): StageSwitches {
  const switches = $state<StageSwitches>({ veiled: false, tool: 'move', helping: false, editing: false });
  return switches;
}

export interface KeyedStage {
  readonly view: View;
  /** The image under the panels; null where they are hidden or not there yet. */
  readonly source: Extent | null;
  readonly switches: StageSwitches;
  readonly change: (part: Partial<View>) => void;
}

/** Does what the key says; false where it says nothing. */
export function pressStageKey(event: KeyboardEvent, stage: KeyedStage): boolean {
  const { view, source, switches } = stage;
  const probed = source && !switches.editing ? probeChange(view, source, event) : null;
  const part = probed ?? viewChange(view, event.key, switches.editing);
  if (part) stage.change(part);
  else if (isVeilKey(event)) switches.veiled = true;
  else if (!switches.editing && (event.key === 'r' || event.key === 'R'))
    switches.tool = switches.tool === 'region' ? 'move' : 'region';
  else if (event.key === '?') switches.helping = true;
  else if (/^Arrow/.test(event.key)) focusPanel(event.key as ArrowKey);
  else return false;
  return true;
}

export function releaseStageKey(event: KeyboardEvent, switches: StageSwitches): void {
  if (isVeilKey(event)) switches.veiled = false;
}

const isVeilKey = ({ key }: KeyboardEvent): boolean => key === 'o' || key === 'O';
