/** Soft shapes in the plane: how phantoms draw edges that are one pixel wide at any size. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line segment that is thick and may taper. */
export interface Capsule {
  readonly from: Point;
  readonly to: Point;
  readonly fromRadius: number;
  readonly toRadius: number;
}

export interface Ellipse {
  readonly center: Point;
  readonly radii: Point;
  /** Radians. */
  readonly angle: number;
}

/** 0 below −width, 1 above +width, a cubic in between (Hermite smoothstep). */
export function softStep(value: number, width: number): number {
  const t = Math.min(1, Math.max(0, (value / width + 1) / 2));
  return t * t * (3 - 2 * t);
}

/** √(x² + y²); several times faster than Math.hypot, which guards against overflow. */
export const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);

export const mix = (from: number, to: number, share: number): number => from + (to - from) * share;

/** Signed distance to a capsule's edge, negative inside; exact where it does not taper. */
export function capsuleDistance({ from, to, fromRadius, toRadius }: Capsule, x: number, y: number): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const along = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy);
  const t = Math.min(1, Math.max(0, along));
  return length(x - from.x - t * dx, y - from.y - t * dy) - mix(fromRadius, toRadius, t);
}

/** About the signed distance to an ellipse's edge, negative inside (scaled by the smaller radius). */
export function ellipseDistance({ center, radii, angle }: Ellipse, x: number, y: number): number {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const u = ((x - center.x) * cos + (y - center.y) * sin) / radii.x;
  const v = ((y - center.y) * cos - (x - center.x) * sin) / radii.y;
  return (length(u, v) - 1) * Math.min(radii.x, radii.y);
}

/** Minimum with rounded joints (polynomial smooth minimum, Quilez); `radius` is the size of the joint. */
export function smoothMin(a: number, b: number, radius: number): number {
  const h = Math.max(0, radius - Math.abs(a - b)) / radius;
  return Math.min(a, b) - (h * h * radius) / 4;
}
