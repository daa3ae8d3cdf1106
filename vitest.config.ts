import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './tests/closing-line-reporter.ts';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // On demand: npm run test:containers.
    exclude: ['tests/containers/**'],
    environment: 'node',
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // A browser in software on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
    reporters: ['default', new ClosingLineReporter()],
  },
});
