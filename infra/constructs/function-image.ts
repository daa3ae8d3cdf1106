/**
 * The one container image of all functions: which handler runs is the image's command. At synthesis only its
 * sources are hashed; it is built when it is deployed.
 */
import { fileURLToPath } from 'node:url';
import { IgnoreMode } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** What the image is built from: a change of anything else deploys nothing. */
const sources = ['package.json', 'package-lock.json', '.npmrc', 'shared', 'functions', 'infra/images'];

export function functionImage(scope: Construct): DockerImageAsset {
  return new DockerImageAsset(scope, 'function-image', {
    directory: repository,
    file: 'infra/images/cpu/Dockerfile',
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
