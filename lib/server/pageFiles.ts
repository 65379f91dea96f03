import { existsSync, readFileSync } from 'node:fs';

/** A file of the page, as it is answered. */
export interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
}

/** Files of the page: their place, relative to this module, and their type. */
const files: Readonly<Record<string, readonly [place: string, type: string]>> = {
  '/': ['page/index.html', 'text/html; charset=utf-8'],
  '/page.css': ['page/page.css', 'text/css; charset=utf-8'],
  '/page.js': ['page/page.js', 'text/javascript; charset=utf-8'],
  '/waterfall.js': ['page/waterfall.js', 'text/javascript; charset=utf-8'],
  '/rxvoice.js': ['../browser/rxvoice.global.js', 'text/javascript; charset=utf-8'],
  // Of its own, so that the page needs no scripts from `blob:`.
  '/worklet.js': ['../browser/worklet.js', 'text/javascript; charset=utf-8'],
};

/** The files of the page by their paths, read once. */
export const pageFiles = (): ReadonlyMap<string, PageFile> =>
  new Map(
    Object.entries(files).map(([path, [place, type]]) => [
      path,
      { bytes: readFileSync(located(place)), type },
    ]),
  );

/** The bundle is there once the package is built: from the source tree it is the build's. */
function located(place: string): URL {
  const here = new URL(place, import.meta.url);
  return existsSync(here) ? here : new URL(`../../dist/lib/server/${place}`, import.meta.url);
}
