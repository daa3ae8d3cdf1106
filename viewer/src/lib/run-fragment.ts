/**
 * The run page's address: `#run=<id>&list=<gallery fragment>&view=<packed view>`.
 * `list` is the gallery query the reader came from (it orders previous and next); `view` is packed by
 * view-link.ts.
 */
export interface RunAddress {
  readonly runId: string | null;
  readonly list: string;
  readonly view: string;
}

export function readRunFragment(fragment: string): RunAddress {
  const words = new URLSearchParams(fragment.replace(/^#/, ''));
  const runId = words.get('run');
  return {
    runId: runId !== null && /^[0-9a-f]{32}$/.test(runId) ? runId : null,
    list: words.get('list') ?? '',
    view: words.get('view') ?? '',
  };
}

/** The fragment without `#`. */
export function writeRunFragment(address: RunAddress): string {
  const words = new URLSearchParams();
  if (address.runId !== null) words.set('run', address.runId);
  if (address.list !== '') words.set('list', address.list);
  if (address.view !== '') words.set('view', address.view);
  return words.toString();
}
