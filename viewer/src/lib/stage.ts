/** What all panels of a run share: the image, the gaze, the cursor, the region. Sharing it is what links them. */
import type { Source } from '../../../shared/manifest/plan.ts';
import type { View } from './view.ts';
import type { Gaze, Point } from './viewport.ts';

export type Region = NonNullable<View['region']>;

export interface Stage {
  /** The windowed image; null until it has been read. */
  readonly image: CanvasImageSource | null;
  readonly source: Source;
  readonly view: View;
  /** Overlays are hidden while a key is held. */
  readonly veiled: boolean;
  /** Where the pointer is, in source pixels; without one, where the probe is pinned. */
  readonly cursor: Point | null;
  /** What a drag does: move the image, or mark a region. Shift turns the first into the second. */
  readonly tool: 'move' | 'region';
  readonly look: (gaze: Gaze) => void;
  readonly point: (cursor: Point | null) => void;
  /** Pins the probe. */
  readonly pin: (at: Point) => void;
  readonly mark: (region: Region | null) => void;
}
