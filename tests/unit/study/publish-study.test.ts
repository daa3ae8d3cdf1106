import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../functions/common/object-store.ts';
import { publishStudy } from '../../../functions/study/publish-study.ts';
import { exampleStudy } from '../../viewer/fixture/example-study.ts';

/** Objects in memory with entity tags; `race` runs once, between the first read of the list and its swap. */
function memoryStore(race?: (objects: Map<string, string>) => void) {
  const objects = new Map<string, string>();
  let raced = false;
  const tag = (key: string) => objects.get(key);
  const store = {
    read: async (key: string) => {
      const body = objects.get(key);
      return body === undefined ? undefined : { bytes: new TextEncoder().encode(body), etag: body };
    },
    write: async (key: string, body: string) => void objects.set(key, body),
    swap: async (key: string, body: string, _type: string, etag: string | undefined) => {
      if (race && !raced) {
        raced = true;
        race(objects);
      }
      if (tag(key) !== etag) return 'changed';
      objects.set(key, body);
      return 'written';
    },
  };
  const listed = () =>
    JSON.parse(objects.get('studies/index.json')!).studies.map(
      (study: { id: string; model: string | null }) => [study.id, study.model],
    );
  return { objects, store: store as unknown as ObjectStore, listed };
}

describe('publishing a study', () => {
  const report = exampleStudy();

  it('puts the report in its place and one line into the list, however often', async () => {
    const { objects, store, listed } = memoryStore();
    await publishStudy(store, report, null);
    await publishStudy(store, { ...report, name: 'Again' }, 'brain');
    expect(listed()).toEqual([['brain', 'brain']]);
    expect(JSON.parse(objects.get('studies/brain/report.json')!).name).toBe('Again');
  });

  it('loses no line of a study that is published at the same time', async () => {
    const entry = { id: 'lungs', name: 'Lungs', model: null, configurations: 1, images: 2 };
    const { store, listed } = memoryStore((objects) =>
      objects.set('studies/index.json', JSON.stringify({ schema: 'cxai.study-index/1', studies: [entry] })),
    );
    await publishStudy(store, report, null);
    expect(listed()).toEqual([
      ['brain', null],
      ['lungs', null],
    ]);
  });
});
