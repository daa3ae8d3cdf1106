/** Numbers, durations and times as a reader sees them. Locale en-US, minus as U+2212, units spelled SI. */

/** Three significant digits, whole numbers whole; scientific outside [0.0001, 10 000): `0.0123`, `19,012`, `−4.2e−5`. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return whole(value);
  const size = Math.abs(value);
  const text =
    size >= 0.0001 && size < 10_000 ? Number(value.toPrecision(3)).toString() : value.toExponential(1);
  return text.replaceAll('-', '−').replace('e+', 'e');
}

/** Two digits after the point: `0.55`, `−0.20`; what rounds to nothing is `0.00`. */
export const hundredths = (value: number): string =>
  value
    .toFixed(2)
    .replace(/^-(?=0\.00$)/, '')
    .replace('-', '−');

/** A whole number, its thousands apart: `−19,012`. Without Intl, whose first call costs a phone a tenth of a second. */
const whole = (value: number): string =>
  String(value)
    .replace('-', '−')
    .replace(/\B(?=(\d{3})+$)/g, ',');

/** A probability as a percentage: `87.0 %`, `< 0.1 %`, `> 99.9 %`; never rounded to certainty. */
export function percent(probability: number): string {
  const value = probability * 100;
  if (value > 0 && value < 0.1) return '< 0.1 %';
  if (value < 100 && value > 99.9) return '> 99.9 %';
  return `${value.toFixed(1)} %`;
}

/** `8 ms`, `1.4 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How long ago, coarsely: `just now`, `12 min ago`, `3 h ago`, then the date. Both in ms since 1970. */
export function timeAgo(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(then).toLocaleDateString('en-US', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** Date and time to the minute in the reader's zone: `Nov 23, 2026, 05:27`. */
export function timestamp(iso: string): string {
  return new Date(iso).toLocaleString('en-US', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
}

/** `1 run`, `1,024 runs`. */
export function count(value: number, noun: string): string {
  return `${whole(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A name in code as words: `testAccuracy` is `Test accuracy`. */
export function inWords(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
