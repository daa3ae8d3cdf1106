/** `npm run test:containers`: needs root, podman and Debian packages, and takes minutes, so it runs on demand only. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['tests/containers/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    retry: 0,
  },
});
