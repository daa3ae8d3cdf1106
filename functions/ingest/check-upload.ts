/** Uploads refused by their key or size, before a byte is read. */
import { PermanentFault } from '../../shared/errors.ts';
import { modelOfKey, type Upload } from './upload-events.ts';

const largestBytes = 256 * 2 ** 20;
const temporaryName = /(\.(tmp|part|partial|crdownload|swp)|~)$/i;

/** The model id the key names. Messages never repeat the key: it may name a patient. */
export function checkUpload(upload: Upload): string {
  const model = modelOfKey(upload.key);
  if (model === null) {
    throw new PermanentFault('upload: expected a key drop/<model>/<file>, got no model folder', {
      code: 'key-without-model',
      remedy: 'Put the file into the folder of a registered model.',
    });
  }
  if (upload.key.endsWith('/')) {
    throw new PermanentFault('upload: expected a file, got a folder object', {
      code: 'folder-object',
      remedy: 'Nothing to do: the files inside the folder are taken in one by one.',
    });
  }
  if (temporaryName.test(upload.key)) {
    throw new PermanentFault('upload: expected a finished file, got a temporary name', {
      code: 'temporary-name',
      remedy: 'Upload under the final name once the file is whole.',
    });
  }
  if (upload.size > largestBytes) {
    throw new PermanentFault(`upload: expected at most ${largestBytes} bytes, got ${upload.size}`, {
      code: 'file-too-large',
    });
  }
  return model;
}
