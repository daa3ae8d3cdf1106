/**
 * Formulas as MathML (MathML Core, W3C 2023), written out at build time: no script and no font is needed to show
 * them, and screen readers read them.
 */

/** A token as text, or markup made by one of the functions below. */
type Part = string;

/** Markup begins with `<`; of the rest, words are identifiers, numbers numbers, and all else operators. */
function markup(part: Part): string {
  if (part.startsWith('<') && part.length > 1) return part;
  // A letter by itself would be drawn from the mathematical alphabet, which many fonts lack: slanted by CSS instead.
  if (/^\p{L}$/u.test(part)) return `<mi mathvariant="normal">${part}</mi>`;
  if (/^\p{L}+$/u.test(part)) return `<mi>${part}</mi>`;
  if (/^\d/.test(part)) return `<mn>${part}</mn>`;
  return `<mo>${part.replace('<', '&lt;')}</mo>`;
}

export const row = (...parts: readonly Part[]): string => `<mrow>${parts.map(markup).join('')}</mrow>`;
export const sub = (base: Part, below: Part): string => `<msub>${markup(base)}${markup(below)}</msub>`;
export const sup = (base: Part, above: Part): string => `<msup>${markup(base)}${markup(above)}</msup>`;
export const both = (base: Part, below: Part, above: Part): string =>
  `<msubsup>${markup(base)}${markup(below)}${markup(above)}</msubsup>`;
export const under = (base: Part, below: Part): string => `<munder>${markup(base)}${markup(below)}</munder>`;
export const over = (base: Part, below: Part, above: Part): string =>
  `<munderover>${markup(base)}${markup(below)}${markup(above)}</munderover>`;
export const frac = (top: Part, bottom: Part): string => `<mfrac>${markup(top)}${markup(bottom)}</mfrac>`;
export const words = (text: string): string => `<mtext>${text}</mtext>`;

/** A formula on a line of its own. */
export const display = (...parts: readonly Part[]): string => `<math display="block">${row(...parts)}</math>`;
