/**
 * Which data were prepared from which files: `data/sources.json` maps a digest over the files' bytes, their labels,
 * and what was asked for to the digest of the prepared data, so that a rerun decodes nothing. No names are kept.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { StudySpec } from '../../shared/manifest/study.ts';
import { type StudyData, studyDataSchema } from '../../shared/manifest/study-data.ts';
import { studyDataKey, studyPixelsKey } from '../../shared/manifest/study-keys.ts';
import { canonicalJson } from '../../shared/pipeline/canonical-json.ts';

/** Raised whenever preparation makes other data from the same files. */
const FORMAT = 1;
const sourcesSchema = z.record(z.string(), z.string());
const fileOf = (out: string): string => join(out, 'data', 'sources.json');

interface SourceFile {
  readonly path: string;
  readonly label: number;
  readonly test: boolean;
}

export async function sourcesKeyOf(
  files: readonly SourceFile[],
  { spec, split }: { readonly spec: StudySpec['data']; readonly split: StudySpec['split'] },
): Promise<string> {
  const { classes, input, patientPattern } = spec;
  const all = createHash('sha256').update(
    canonicalJson({ format: FORMAT, classes: Object.keys(classes), input, patientPattern, split }),
  );
  for (const { path, label, test } of files) {
    const own = createHash('sha256');
    for await (const chunk of createReadStream(path)) own.update(chunk as Buffer);
    // A name tells the patient where the specification says so.
    const name = patientPattern === undefined ? '' : basename(path);
    all.update(`${own.digest('hex')} ${label} ${test} ${name}\n`);
  }
  return all.digest('hex');
}

/** The index, where these sources were prepared here before and pixels are whole. */
export async function knownSources(out: string, key: string): Promise<StudyData | null> {
  const digest = (await readSources(out))[key];
  if (digest === undefined) return null;
  try {
    const index = studyDataSchema.parse(JSON.parse(await readFile(join(out, studyDataKey(digest)), 'utf8')));
    const { channels, height, width } = index.input;
    const { size } = await stat(join(out, studyPixelsKey(digest)));
    return size === 4 * channels * height * width * index.images.length ? index : null;
  } catch {
    return null;
  }
}

export async function rememberSources(out: string, key: string, dataDigest: string): Promise<void> {
  const sources = { ...(await readSources(out)), [key]: dataDigest };
  await writeFile(fileOf(out), `${JSON.stringify(sources, null, 2)}\n`);
}

async function readSources(out: string): Promise<Record<string, string>> {
  try {
    return sourcesSchema.parse(JSON.parse(await readFile(fileOf(out), 'utf8')));
  } catch {
    return {};
  }
}
