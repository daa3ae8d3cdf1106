/** Images as a command line names them: files as they are, and of folders the PNG and JPEG files in them. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WrongUse } from './wrong-use.ts';

/** In the order given, those of a folder by name. Throws WrongUse where there are none. */
export async function imagesIn(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const folder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
    if (!folder) found.push(path);
    else {
      const names = (await readdir(path)).filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
      found.push(...names.map((name) => join(path, name)));
    }
  }
  if (found.length > 0) return found;
  throw new WrongUse('expected PNG or JPEG files or folders of them, got none');
}
