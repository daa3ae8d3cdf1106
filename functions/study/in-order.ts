/** Work on several items at a time, results in the order of the items, at most `width` ahead of the reader. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const ahead: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    // A later one may fail while an earlier one is awaited: it is reported when its turn comes.
    result.catch(() => undefined);
    ahead.push(result);
    if (ahead.length >= width) yield await ahead.shift()!;
  }
  for (const result of ahead) yield await result;
}
