/** The stage as one picture: every panel with its title, and what a reader must know to cite it. Browser only. */
import type { ExplainedManifest } from '../../../shared/manifest/manifest.ts';
import { percent } from './figures.ts';

const cell = 480;
const head = 28;
const gap = 8;

/** Panels as they are on the page, in order, as a PNG. */
export async function stagePicture(
  manifest: ExplainedManifest,
  panels: readonly HTMLElement[],
): Promise<Blob> {
  const columns = Math.min(4, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const width = columns * (cell + gap) + gap;
  const canvas = new OffscreenCanvas(width, rows * (cell + head + gap) + gap + 3 * head);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#0b0d10';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = '15px system-ui, sans-serif';
  context.textBaseline = 'middle';
  panels.forEach((panel, i) => {
    const x = gap + (i % columns) * (cell + gap);
    const y = gap + Math.floor(i / columns) * (cell + head + gap);
    context.fillStyle = '#e6e9ee';
    context.fillText(panel.getAttribute('aria-label') ?? '', x, y + head / 2, cell);
    const source = panel.querySelector('canvas');
    context.fillStyle = '#000';
    context.fillRect(x, y + head, cell, cell);
    if (source) drawInside(context, source, x, y + head);
  });
  captions(manifest).forEach((line, i) => {
    context.fillStyle = i === 0 ? '#ffb020' : '#9aa4b2';
    context.fillText(line, gap, canvas.height - 3 * head + (i + 0.5) * head - gap / 2, width - 2 * gap);
  });
  return canvas.convertToBlob({ type: 'image/png' });
}

function drawInside(
  context: OffscreenCanvasRenderingContext2D,
  source: HTMLCanvasElement,
  x: number,
  y: number,
) {
  const scale = Math.min(cell / source.width, cell / source.height);
  const [width, height] = [source.width * scale, source.height * scale];
  context.drawImage(source, x + (cell - width) / 2, y + (cell - height) / 2, width, height);
}

function captions(manifest: ExplainedManifest): string[] {
  const { target, model, runId, provenance } = manifest;
  return [
    'RESEARCH USE. Not for diagnosis or treatment.',
    `${target.name} ${percent(manifest.probabilities[target.index] ?? 0)} · ${model.name} ${model.version}`,
    `run ${runId} · ${provenance.software} ${provenance.commit.slice(0, 12)} · ${manifest.finishedAt}`,
  ];
}
