/** The page's look: two themes by the reader's setting, charts on white paper in both. */
export const pageStyle = `
:root { color-scheme: dark light; --ground: #14171c; --text: #e6e9ee; --soft: #a3adba; --line: #333a44; --mark: #1d3a52; }
@media (prefers-color-scheme: light) {
  :root { --ground: #fff; --text: #16191d; --soft: #55606d; --line: #d5dae1; --mark: #dcecf8; }
}
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 1.7rem; margin: 0 0 8px; }
h2 { font-size: 1.25rem; margin: 36px 0 10px; }
h3 { font-size: 1rem; margin: 0 0 8px; }
.notes { color: var(--soft); margin: 0; padding-left: 20px; }
dl { display: grid; gap: 4px; margin: 0; }
dl div { display: grid; grid-template-columns: 15rem 1fr; gap: 16px; border-bottom: 1px solid var(--line); padding: 4px 0; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.figures { display: flex; flex-wrap: wrap; gap: 24px; }
figure { margin: 0; flex: 1 1 460px; }
figure svg { max-width: 100%; height: auto; border-radius: 6px; display: block; }
figcaption { color: var(--soft); font-size: .9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
tr.best { background: var(--mark); font-weight: 600; }
@media (max-width: 640px) { dl div { grid-template-columns: 1fr; gap: 0; } }
`;
