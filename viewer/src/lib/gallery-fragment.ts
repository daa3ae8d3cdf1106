/**
 * The gallery's query in the URL fragment, in plain words: `#q=tumor&status=failed&order=failed-first`.
 * What is not said has its default; what is not known is ignored.
 */
import { everyRun, type RunQuery, runOrders, runStatuses } from './run-list.ts';

export function readGalleryFragment(fragment: string): RunQuery {
  const words = new URLSearchParams(fragment.replace(/^#/, ''));
  return {
    text: words.get('q') ?? everyRun.text,
    model: words.get('model'),
    status: runStatuses.find((status) => status === words.get('status')) ?? null,
    order: runOrders.find((order) => order === words.get('order')) ?? everyRun.order,
  };
}

/** The fragment without `#`; empty where the query is the default. */
export function writeGalleryFragment(query: RunQuery): string {
  const words = new URLSearchParams();
  if (query.text !== '') words.set('q', query.text);
  if (query.model !== null) words.set('model', query.model);
  if (query.status !== null) words.set('status', query.status);
  if (query.order !== everyRun.order) words.set('order', query.order);
  return words.toString();
}
