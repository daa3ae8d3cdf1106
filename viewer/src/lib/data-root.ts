/**
 * Where the data lies. Pages name the site's root in `<html data-site-root>`; objects are read from `data/`
 * below it, under the keys of shared/manifest/keys.ts. Nothing else tells the viewer where it is served.
 */

/** The folder that holds `index.json` and `runs/`, as an absolute URL with a trailing slash. */
export function dataRoot(pageUrl: string, siteRoot: string): string {
  return new URL(`${siteRoot.replace(/\/?$/, '/')}data/`, pageUrl).href;
}

/** The data root of the page at hand. */
export function pageDataRoot(): string {
  return dataRoot(location.href.split('#')[0] as string, document.documentElement.dataset.siteRoot ?? '.');
}

/** A page of the site, relative to the page at hand: `sitePage('run/')`. */
export function sitePage(path: string): string {
  return `${document.documentElement.dataset.siteRoot ?? '.'}/${path}`;
}
