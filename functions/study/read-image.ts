/** One file of a data set -> its hash, patient and model input. Decoded once; nothing of the file name is kept. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import { toCanonical, withChannels } from '../../shared/imaging/canonical-image.ts';
import { fileKind } from '../../shared/imaging/file-kind.ts';
import { prepareInput } from '../../shared/imaging/model-input.ts';
import { pixelDigestOf } from '../../shared/imaging/pixel-digest.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import { type OrientedHashes, orientedHashes } from '../../shared/study/perceptual-hash.ts';
import { decodeDicom } from '../common/decode-dicom.ts';
import { decodeImage } from '../common/decode-image.ts';

export interface ReadImage {
  readonly digest: string;
  readonly hashes: OrientedHashes;
  /** A one-way mark that is equal for images of one patient; null where the file does not tell. */
  readonly patient: string | null;
  /** [C, H, W], in model units. */
  readonly input: Float32Array;
}

/** Throws PermanentFault (codes `image-*`, `dicom-*`) for a file that is not one readable image. */
export async function readImage(
  path: string,
  card: ModelCard['input'],
  patientInName: RegExp | null,
): Promise<ReadImage> {
  const bytes = await readFile(path);
  const { source, patientId } =
    fileKind(bytes) === 'DICOM'
      ? await decodeDicom(bytes)
      : { source: await decodeImage(bytes, { extension: extname(path) }), patientId: null };
  const patient = patientId ?? patientInName?.exec(basename(path))?.[1] ?? null;
  const { planes, width, height } = withChannels(toCanonical(source), 1);
  const { input } = prepareInput(source, card);
  if (input.data.some((value) => !Number.isFinite(value))) {
    throw new PermanentFault('readImage: expected finite pixel values, got others', {
      code: 'image-corrupt',
    });
  }
  return {
    digest: pixelDigestOf(source),
    hashes: orientedHashes(planes[0]!, { width, height }),
    patient: patient === null ? null : createHash('sha256').update(patient).digest('hex'),
    input: input.data,
  };
}
