import { describe, expect, it } from 'vitest';
import { modelOfKey, uploadsOf } from '../../../functions/ingest/upload-events.ts';

const record = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventName,
  s3: { object: { key, size: 3, eTag: 'abc', sequencer: '0A' } },
});

describe('uploads of an ingest message', () => {
  it('decodes the key of a direct notification, where a space is a plus sign', () => {
    const body = JSON.stringify({ Records: [record('drop/m/a+b%2Bc%28%C3%A9%29%26.png')] });
    expect(uploadsOf(body)).toEqual([{ key: 'drop/m/a b+c(é)&.png', etag: 'abc', sequencer: '0A', size: 3 }]);
  });

  it('takes the key of an EventBridge event as it is', () => {
    const detail = { object: { key: 'drop/m/a+b%20c.png', size: 1, etag: 'e', sequencer: '1' } };
    const body = JSON.stringify({ 'detail-type': 'Object Created', detail });
    expect(uploadsOf(body).map(({ key }) => key)).toEqual(['drop/m/a+b%20c.png']);
  });

  it('finds no upload in the test event that S3 sends when a notification is configured', () => {
    expect(uploadsOf('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}')).toEqual([]);
  });

  it('takes every record of one body and leaves deletions out', () => {
    const body = JSON.stringify({
      Records: [
        record('drop/m/1.png'),
        record('drop/m/2.png', 'ObjectRemoved:Delete'),
        record('drop/m/3.png'),
      ],
    });
    expect(uploadsOf(body).map(({ key }) => key)).toEqual(['drop/m/1.png', 'drop/m/3.png']);
  });

  it.each(['not json', '{}', '[1]'])('refuses %s as a permanent fault', (body) => {
    expect(() => uploadsOf(body)).toThrow(
      expect.objectContaining({ code: 'event-invalid', permanent: true }),
    );
  });
});

describe('the model a key names', () => {
  it.each([
    ['drop/phantom/a.png', 'phantom'],
    ['drop/phantom/deep/er/a.png', 'phantom'],
    ['drop/phantom/', 'phantom'],
    ['drop/a.png', null],
    ['drop/', null],
    ['other/phantom/a.png', null],
  ])('%s → %s', (key, model) => expect(modelOfKey(key)).toBe(model));
});
