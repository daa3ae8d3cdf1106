/**
 * The container images: `cpu` for all functions (which handler runs is the image's command), `gpu` for GPU
 * workers, `gpu-function` for the explain function on Lambda Managed Instances, `study` for the jobs
 * of a study. At synthesis only their sources are hashed; they are built when they are deployed.
 */
import { fileURLToPath } from 'node:url';
import { IgnoreMode } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** What the image is built from: a change of anything else deploys nothing. */
const sources = ['package.json', 'package-lock.json', '.npmrc', 'shared', 'functions', 'infra/images'];

export function containerImage(
  scope: Construct,
  name: 'cpu' | 'gpu' | 'gpu-function' | 'study',
): DockerImageAsset {
  return new DockerImageAsset(scope, `${name}-image`, {
    directory: repository,
    file: `infra/images/${name}/Dockerfile`,
    platform: Platform.LINUX_AMD64,
    ignoreMode: IgnoreMode.DOCKER,
    exclude: [
      '**',
      ...sources.flatMap((path) => [`!${path}`, `!${path}/**`]),
      'functions/local',
      'functions/cli',
    ],
  });
}
