import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './tests/closing-line-reporter.ts';

/** Tests of code without state of its own: their files share a process, which spares each the start of one. */
const library = [
  'tests/unit/**/*.test.ts',
  'tests/property/**/*.test.ts',
  'tests/parity/**/*.test.ts',
  'tests/conformance/attribution/**/*.test.ts',
  'tests/infra/**/*.test.ts',
];

export default defineConfig({
  test: {
    environment: 'node',
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // A browser in software on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
    reporters: ['default', new ClosingLineReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: 'system',
          include: ['tests/**/*.test.ts'],
          // The last on demand: npm run test:containers.
          exclude: [...library, 'tests/containers/**'],
        },
      },
      { extends: true, test: { name: 'library', include: library, isolate: false } },
    ],
  },
});
