import { describe, expect, it } from 'vitest';
import { checkUpload } from '../../../functions/ingest/check-upload.ts';

const upload = (key: string, size = 10) => ({ key, size, etag: 'e', sequencer: '1' });

describe('an upload refused before a byte is read', () => {
  it.each([
    ['drop/scan.png', 'key-without-model'],
    ['drop/phantom/', 'folder-object'],
    ['drop/phantom/sub/', 'folder-object'],
    ['drop/phantom/scan.png.tmp', 'temporary-name'],
    ['drop/phantom/scan.PART', 'temporary-name'],
    ['drop/phantom/scan.png~', 'temporary-name'],
  ])('%s: %s', (key, code) => {
    expect(() => checkUpload(upload(key))).toThrow(expect.objectContaining({ code, permanent: true }));
  });

  it('refuses a file over the limit by its announced size', () => {
    expect(() => checkUpload(upload('drop/phantom/a.png', 2 ** 30))).toThrow(/at most 268435456 bytes/);
  });

  it('never repeats the key in its message: it may name a patient', () => {
    const key = 'drop/phantom/DOE^JANE.tmp';
    expect(() => checkUpload(upload(key))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('DOE') }),
    );
  });

  it('answers the model id of a good key', () => {
    expect(checkUpload(upload('drop/phantom/a.png'))).toBe('phantom');
  });
});
