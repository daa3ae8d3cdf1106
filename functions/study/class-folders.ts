/** The files of a folder-per-class data set, in a fixed order. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import type { StudySpec } from '../../shared/manifest/study.ts';

export interface ClassFile {
  readonly path: string;
  /** Index of the class, in the order of the specification. */
  readonly label: number;
}

/** Every file below each class's folders, hidden ones left out. Throws PermanentFault `study-folder`. */
export async function classFiles(root: string, classes: StudySpec['data']['classes']): Promise<ClassFile[]> {
  const files: ClassFile[] = [];
  for (const [label, folders] of Object.values(classes).entries()) {
    for (const folder of folders) {
      for (const path of await filesBelow(join(root, folder), folder)) files.push({ path, label });
    }
  }
  return files;
}

async function filesBelow(folder: string, name: string): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (cause) {
    throw new PermanentFault(`classFiles: expected a folder of images, got none (${name})`, {
      code: 'study-folder',
      remedy:
        'Check data.folder and data.classes of the specification: paths are relative to its own folder.',
      cause,
    });
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split('/')
          .some((part) => part.startsWith('.')),
    )
    .sort();
}
