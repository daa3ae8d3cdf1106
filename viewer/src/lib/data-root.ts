/**
 * Where the data lies. Pages name the site's root in `<html data-site-root>`; objects are read from `data/`
 * below it, under the keys of shared/manifest/keys.ts. Nothing else tells the viewer where it is served.
 * The page of a share link reads the one run it opens from `shared/` instead (`<html data-store="shared">`).
 */
export type Store = 'data' | 'shared';

/** The folder that holds `index.json` and `runs/`, as an absolute URL with a trailing slash. */
export function dataRoot(pageUrl: string, siteRoot: string, store: Store = 'data'): string {
  return new URL(`${siteRoot.replace(/\/?$/, '/')}${store}/`, pageUrl).href;
}

/** Whether this page was opened by a share link: of the whole site it may read one run, and offers nothing else. */
export const isShared = (): boolean => document.documentElement.dataset.store === 'shared';

/** The data root of the page at hand. */
export function pageDataRoot(): string {
  const root = document.documentElement.dataset.siteRoot ?? '.';
  return dataRoot(location.href.split('#')[0] as string, root, isShared() ? 'shared' : 'data');
}

/** A page of the site, relative to the page at hand: `sitePage('run/')`. */
export function sitePage(path: string): string {
  return `${document.documentElement.dataset.siteRoot ?? '.'}/${path}`;
}
