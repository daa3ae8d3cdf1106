/**
 * `node infra/images/require-tensorflow.ts`: ends the build of the tfjs image where TensorFlow's native library cannot
 * be loaded. The engine would otherwise fall back to plain JavaScript, a hundred times slower and unnoticed.
 */
try {
  // Named this way since the package is an optional one: without it there is nothing to take types from.
  const name: string = '@tensorflow/tfjs-node';
  const { version } = (await import(name)) as {
    readonly version: Readonly<Record<string, string>>;
  };
  console.log(`tfjs-node ${version['tfjs-node'] ?? 'of unknown version'} loads`);
} catch (error) {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  console.error(`tfjs image: expected TensorFlow's native library, got none: ${reason}`);
  console.error('Build where storage.googleapis.com can be reached: npm rebuild downloads it from there.');
  process.exit(1);
}

// Nothing is exported; this makes it a module, which may wait at its top level.
export {};
