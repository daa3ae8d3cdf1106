/** The stage as one picture: every panel with its title, its scale and its checks, and what a reader must know to cite it. Browser only. */
import type { ExplainedManifest } from '../../../shared/manifest/manifest.ts';
import { figure, percent } from './figures.ts';
import { methodTitle } from './method-titles.ts';
import { type PanelOnPage, panelOnPage } from './panel-on-page.ts';
import { cell, drawCell, footHeight, head, line, pictureColors, wrapped } from './picture-cell.ts';
import { storedValue } from './stored-value.ts';
import type { View } from './view.ts';

const gap = 12;
const font = '14px system-ui, sans-serif';

/** Panels as they are on the page, in order, as a PNG. */
export async function stagePicture(
  manifest: ExplainedManifest,
  view: View,
  elements: readonly HTMLElement[],
): Promise<Blob> {
  const panels = elements.flatMap((element) => panelOnPage(element) ?? []);
  const columns = Math.max(1, Math.min(4, panels.length));
  const width = columns * (cell + gap) + gap;
  const captions = [
    'RESEARCH USE. Not for diagnosis or treatment.',
    ...subjectLines(manifest),
    displayLine(manifest, view),
  ];
  const measuring = new OffscreenCanvas(1, 1).getContext('2d')!;
  measuring.font = font;
  const rows = rowsOf(panels, columns).map((row) => ({
    row,
    height: head + cell + Math.max(...row.map((panel) => footHeight(measuring, panel))) + gap,
  }));
  const lines = captions.flatMap((text, i) =>
    wrapped(measuring, text, width - 2 * gap).map((words) => ({ words, first: i === 0 })),
  );
  const height = rows.reduce((sum, row) => sum + row.height, 0) + lines.length * line + 3 * gap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.fillStyle = pictureColors.page;
  context.fillRect(0, 0, width, height);
  context.font = font;
  context.textBaseline = 'middle';
  let y = gap;
  for (const { row, height: tall } of rows) {
    row.forEach((panel, i) => {
      drawCell(context, panel, gap + i * (cell + gap), y);
    });
    y += tall;
  }
  lines.forEach(({ words, first }, i) => {
    context.fillStyle = first ? pictureColors.caution : pictureColors.secondary;
    context.fillText(words, gap, y + gap + (i + 0.5) * line);
  });
  return canvas.convertToBlob({ type: 'image/png' });
}

const rowsOf = (panels: readonly PanelOnPage[], columns: number): PanelOnPage[][] =>
  Array.from({ length: Math.ceil(panels.length / columns) }, (_, i) =>
    panels.slice(i * columns, (i + 1) * columns),
  );

function subjectLines(manifest: ExplainedManifest): string[] {
  const { target, model, runId, provenance, methods } = manifest;
  const failed = methods.filter(({ status }) => status === 'failed').map(({ method }) => methodTitle(method));
  return [
    `${target.name} ${percent(manifest.probabilities[target.index] ?? 0)} · ${model.name} ${model.version}`,
    `run ${runId} · ${provenance.software} ${provenance.commit.slice(0, 12)} · ${manifest.finishedAt}`,
    ...(failed.length > 0 ? [`Without a map, since the method failed: ${failed.join(', ')}`] : []),
  ];
}

/** `Maps: top 20 %, fill, own scale, opacity 70 %. Image: window 0 … 1840`. */
function displayLine({ source }: ExplainedManifest, view: View): string {
  const [low, high] = view.window.map((gray) => figure(Math.round(storedValue(source, gray))));
  const { region, probe, zoom } = view;
  const maps = [
    `top ${view.top} %`,
    view.style,
    view.scale === 'own' ? 'own scale' : 'one scale for all maps of a unit',
    `opacity ${Math.round(100 * view.opacity)} %`,
  ];
  const image = [
    `window ${low} … ${high}`,
    ...(view.inverted ? ['inverted'] : []),
    ...(zoom > 1 ? [`zoom ${zoom.toFixed(1)}×`] : []),
    ...(region ? [`region (${region[0]}, ${region[1]}) to (${region[2]}, ${region[3]})`] : []),
    ...(probe ? [`probe (${probe[0]}, ${probe[1]})`] : []),
  ];
  return `Maps: ${maps.join(', ')}. Image: ${image.join(', ')}.`;
}
