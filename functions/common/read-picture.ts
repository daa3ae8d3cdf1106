/** A picture that a command line names; what is wrong with it is said with its path, which stays on this machine. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { CxaiError, PermanentFault } from '../../shared/errors.ts';
import type { SourceImage } from '../../shared/imaging/source-image.ts';
import { decodeImage } from './decode-image.ts';

/** `option` is what named it. Throws PermanentFault with the path, for a missing file as well. */
export async function readPicture(option: string, path: string): Promise<SourceImage> {
  try {
    return await decodeImage(new Uint8Array(await readFile(path)), { extension: extname(path) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const known = cause instanceof CxaiError ? cause : undefined;
    throw new PermanentFault(`${option} ${path}: ${reason}`, {
      code: known?.code ?? 'file-unreadable',
      remedy: known?.remedy,
      cause,
    });
  }
}
