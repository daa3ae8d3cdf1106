/** One panel in the exported picture: title, canvas and marks, and below it what its colors mean and how far to trust it. */
import type { BarFacts } from './bar-facts.ts';
import { figure } from './figures.ts';
import type { PanelOnPage } from './panel-on-page.ts';

export const pictureColors = {
  page: '#0b0d10',
  text: '#e6e9ee',
  secondary: '#9aa4b2',
  caution: '#ffb020',
  good: '#6fd08c',
} as const;

/** Pixels: the square of a panel's canvas, its title, a line of text, and the bar itself. */
export const cell = 480;
export const head = 28;
export const line = 20;
const thickness = 10;

type Context = OffscreenCanvasRenderingContext2D;

interface FootPart {
  readonly height: number;
  readonly draw: (x: number, y: number) => void;
}

/** Draws a cell at (x, y); its height is head + cell + the height of its foot. */
export function drawCell(context: Context, panel: PanelOnPage, x: number, y: number): void {
  const failed = panel.verdicts.length === 1 && panel.verdicts[0]!.failed;
  context.fillStyle = failed ? pictureColors.secondary : pictureColors.text;
  context.fillText(panel.title, x, y + head / 2, cell);
  drawCanvas(context, panel, x, y + head);
  let at = y + head + cell;
  for (const part of footParts(context, panel)) {
    part.draw(x, at);
    at += part.height;
  }
}

export const footHeight = (context: Context, panel: PanelOnPage): number =>
  footParts(context, panel).reduce((sum, { height }) => sum + height, 0);

/** The text in lines of at most `width` pixels, broken at spaces. */
export function wrapped(context: Context, text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function drawCanvas(context: Context, { canvas, marks }: PanelOnPage, x: number, y: number): void {
  context.fillStyle = '#000';
  context.fillRect(x, y, cell, cell);
  const scale = Math.min(cell / canvas.width, cell / canvas.height);
  const [width, height] = [canvas.width * scale, canvas.height * scale];
  const [left, top] = [x + (cell - width) / 2, y + (cell - height) / 2];
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.drawImage(canvas, left, top, width, height);
  for (const mark of marks) {
    const box = [
      Math.round(left + mark.left * width),
      Math.round(top + mark.top * height),
      Math.max(1, Math.round(mark.width * width)),
      Math.max(1, Math.round(mark.height * height)),
    ] as const;
    if (mark.kind === 'line') {
      context.fillStyle = mark.color;
      context.fillRect(...box);
      continue;
    }
    for (const [color, thick] of [
      ['#000', 3],
      [mark.color, 1],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = thick;
      context.strokeRect(...box);
    }
  }
  context.restore();
}

function footParts(context: Context, panel: PanelOnPage): FootPart[] {
  const text = (words: string, color: string): FootPart[] =>
    wrapped(context, words, cell).map((part) => ({
      height: line,
      draw: (x, y) => {
        context.fillStyle = color;
        context.fillText(part, x, y + line / 2, cell);
      },
    }));
  const { secondary, good, caution } = pictureColors;
  return [
    ...panel.bars.flatMap(({ name, facts }) => [
      ...(name ? text(name, pictureColors.text) : []),
      barPart(context, facts),
      ...facts.outlines.flatMap((key) => text(`outline ${key.text}`, key.color)),
      ...text(facts.meaning, secondary),
    ]),
    ...panel.notes.flatMap((note) => text(note, secondary)),
    ...panel.verdicts.flatMap(({ words, failed }) => text(`trust check: ${words}`, failed ? caution : good)),
    ...(panel.bars.length + panel.notes.length > 0 && panel.verdicts.length === 0
      ? text('trust check: none was made', secondary)
      : []),
    ...panel.reasons.flatMap((reason) => text(reason, caution)),
  ];
}

function barPart(context: Context, facts: BarFacts): FootPart {
  const { signed, limit, clipped, unit, range } = facts;
  const [low, high] = [signed ? `−${figure(limit)}` : '0', figure(limit)];
  return {
    height: 8 + thickness + 2 * line,
    draw(x, y) {
      drawTrack(context, facts, x, y + 8);
      const written = (words: string, at: number, down: number, align: CanvasTextAlign) => {
        context.textAlign = align;
        context.fillText(words, x + at * cell, y + 8 + thickness + (down + 0.5) * line);
      };
      context.fillStyle = pictureColors.text;
      written(`${clipped && signed ? '≤ ' : ''}${low}`, 0, 0, 'left');
      if (signed) written('0', 0.5, 0, 'center');
      written(`${clipped ? '≥ ' : ''}${high}`, 1, 0, 'right');
      context.fillStyle = pictureColors.secondary;
      written(unit, 0, 1, 'left');
      if (range) written(`map ${figure(range[0])} … ${figure(range[1])}`, 1, 1, 'right');
      context.textAlign = 'left';
    },
  };
}

function drawTrack(context: Context, { table, unseen, outlines }: BarFacts, x: number, y: number): void {
  context.fillStyle = '#000';
  context.fillRect(x, y, cell, thickness);
  if (outlines.length === 0) {
    const colors = new OffscreenCanvas(256, 1);
    colors.getContext('2d')!.putImageData(new ImageData(table, 256, 1), 0, 0);
    context.drawImage(colors, x, y, cell, thickness);
  }
  for (const { color, from, to } of outlines) {
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.strokeRect(x + from * cell + 1, y + 1, Math.max(2, (to - from) * cell - 2), thickness - 2);
  }
  const [from, to] = [x + unseen[0] * cell, x + unseen[1] * cell];
  context.fillStyle = 'rgb(11 13 16 / 80%)';
  context.fillRect(from, y, to - from, thickness);
  context.fillStyle = pictureColors.text;
  for (const edge of unseen) if (edge > 0 && edge < 1) context.fillRect(x + edge * cell, y, 1, thickness);
}
