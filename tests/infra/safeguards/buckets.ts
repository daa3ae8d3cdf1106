/** Where data lies: closed, encrypted with the key of its class, over TLS 1.2, versioned, expiring, kept, watched. */
import {
  type Found,
  list,
  nameOf,
  ofType,
  type Statement,
  type Templates,
  target,
} from '../support/templates.ts';
import type { Safeguard } from './safeguard.ts';

const buckets = (templates: Templates) => ofType(templates, 'AWS::S3::Bucket');
const bucket = (templates: Templates, name: string): Found =>
  buckets(templates).find((each) => shortName(each) === name)!;
const shortName = (found: Found): string => /^cxai-example-(.+)-\d{12}-/.exec(nameOf(found))![1]!;
const logBuckets = ['access-logs', 'viewer-logs'];
/** Where S3 would write the names of uploads with a key that is not of their class. */
const namedAfterPatients = 'drop';

/** The data class whose key a bucket must have; null where S3 takes only its own. */
const keyOfBucket: Readonly<Record<string, string | null>> = {
  drop: 'identifiable',
  study: 'study',
  audit: 'identifiable',
  results: 'results',
  site: 'results',
  'access-logs': null,
  'viewer-logs': null,
};

export function policyStatements(templates: Templates, of: Found): Statement[] {
  return ofType(templates, 'AWS::S3::BucketPolicy')
    .filter(({ stack, properties }) => target(templates, stack, properties.Bucket) === `${of.stack}/${of.id}`)
    .flatMap(({ properties }) => properties.PolicyDocument.Statement as Statement[]);
}

export function classOfKey(templates: Templates, path: string | undefined): string | undefined {
  const alias = ofType(templates, 'AWS::KMS::Alias').find(
    ({ stack, properties }) => target(templates, stack, properties.TargetKeyId) === path,
  );
  return alias?.properties.AliasName.replace('alias/cxai-example-', '');
}

function encryptionFaults(templates: Templates): string[] {
  return buckets(templates).flatMap((each) => {
    const rule = each.properties.BucketEncryption?.ServerSideEncryptionConfiguration[0];
    const settings = rule?.ServerSideEncryptionByDefault;
    const key = target(templates, each.stack, settings?.KMSMasterKeyID);
    const expected = keyOfBucket[shortName(each)];
    if (expected === null)
      return settings?.SSEAlgorithm === 'AES256' ? [] : [`${nameOf(each)}: expected SSE-S3`];
    if (settings?.SSEAlgorithm !== 'aws:kms' || classOfKey(templates, key) !== expected) {
      return [`${nameOf(each)}: expected the ${expected} key`];
    }
    return rule.BucketKeyEnabled === true ? [] : [`${nameOf(each)} has no bucket key`];
  });
}

function publicFaults(templates: Templates): string[] {
  return buckets(templates).flatMap((each) => {
    const block = each.properties.PublicAccessBlockConfiguration ?? {};
    const closed = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
    const open = policyStatements(templates, each).filter(
      ({ Effect, Principal }) => Effect === 'Allow' && JSON.stringify(Principal).includes('*'),
    );
    return [
      ...closed.filter((name) => block[name] !== true).map((name) => `${nameOf(each)} lacks ${name}`),
      ...open.map(() => `${nameOf(each)} lets everybody in`),
    ];
  });
}

function tlsFaults(templates: Templates): string[] {
  return buckets(templates).flatMap((each) => {
    const denied = policyStatements(templates, each).filter(
      ({ Effect, Action }) => Effect === 'Deny' && Action === 's3:*',
    );
    const plain = denied.some(({ Condition }) => Condition?.Bool?.['aws:SecureTransport'] === 'false');
    const old = denied.some(({ Condition }) => Condition?.NumericLessThan?.['s3:TlsVersion'] === 1.2);
    return [
      ...(plain ? [] : [`${nameOf(each)} answers without TLS`]),
      ...(old ? [] : [`${nameOf(each)} answers old TLS`]),
    ];
  });
}

function lifecycleFaults(templates: Templates): string[] {
  const rules = (each: Found) => list(each.properties.LifecycleConfiguration?.Rules);
  const abort = buckets(templates).filter(
    (each) =>
      !rules(each).some((rule) => (rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? 9) <= 3),
  );
  const stays = ['drop/', 'receipts/'].filter(
    (prefix) =>
      !rules(bucket(templates, 'drop')).some(
        (rule) =>
          rule.Prefix === prefix &&
          rule.ExpirationInDays + rule.NoncurrentVersionExpiration.NoncurrentDays <= 31 &&
          rule.ExpirationInDays >= 7,
      ),
  );
  const probes = rules(bucket(templates, 'results')).some(
    (rule) => rule.Prefix === 'runs/000000000000' && rule.ExpirationInDays <= 30 && rule.Status === 'Enabled',
  );
  return [
    ...(probes ? [] : ['runs of the canary stay']),
    ...abort.map((each) => `${nameOf(each)} keeps broken-off uploads`),
    ...stays.map((prefix) => `${prefix} of the drop bucket does not expire within a month`),
  ];
}

const auditedBuckets = (templates: Templates): (string | undefined)[] =>
  ofType(templates, 'AWS::CloudTrail::Trail').flatMap(({ stack, properties }) =>
    properties.EventSelectors.flatMap(
      (selector: { DataResources: { Values: { 'Fn::Join': [string, [never]] }[] }[] }) =>
        selector.DataResources.flatMap(({ Values }) =>
          Values.map((value) => target(templates, stack, value['Fn::Join'][1][0])),
        ),
    ),
  );

function auditFaults(templates: Templates): string[] {
  const trails = ofType(templates, 'AWS::CloudTrail::Trail');
  const audited = auditedBuckets(templates);
  return [
    ...['drop', 'results']
      .map((name) => bucket(templates, name))
      .filter(({ stack, id }) => !audited.includes(`${stack}/${id}`))
      .map((each) => `no trail of ${nameOf(each)}`),
    ...trails
      .filter(({ properties }) => !properties.EnableLogFileValidation)
      .map(({ id }) => `${id} can be forged`),
    ...buckets(templates)
      .filter((each) => ![...logBuckets, namedAfterPatients].includes(shortName(each)))
      .filter((each) => !each.properties.LoggingConfiguration)
      .map((each) => `${nameOf(each)} has no access log`),
    ...(bucket(templates, namedAfterPatients).properties.LoggingConfiguration
      ? ['names of uploads stay in an access log']
      : []),
  ];
}

const keptTypes = ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup'];

export const bucketSafeguards: readonly Safeguard[] = [
  {
    name: 'no bucket is public',
    check: publicFaults,
    breakages: {
      'one lock open': (templates) => {
        bucket(templates, 'results').properties.PublicAccessBlockConfiguration.BlockPublicPolicy = false;
      },
      'no locks at all': (templates) => {
        delete bucket(templates, 'drop').properties.PublicAccessBlockConfiguration;
      },
      'a policy for everybody': (templates) => {
        ofType(templates, 'AWS::S3::BucketPolicy')[0]!.properties.PolicyDocument.Statement.push({
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: '*',
        });
      },
    },
  },
  {
    name: 'every bucket is encrypted with the key of its data class',
    check: encryptionFaults,
    breakages: {
      'no encryption': (templates) => {
        delete bucket(templates, 'drop').properties.BucketEncryption;
      },
      'the key of another class': (templates) => {
        bucket(templates, 'drop').properties.BucketEncryption = bucket(
          templates,
          'results',
        ).properties.BucketEncryption;
      },
      'no bucket key, so every object costs a call': (templates) => {
        bucket(
          templates,
          'results',
        ).properties.BucketEncryption.ServerSideEncryptionConfiguration[0].BucketKeyEnabled = false;
      },
    },
  },
  {
    name: 'buckets answer TLS 1.2 or newer only',
    check: tlsFaults,
    breakages: Object.fromEntries(
      ['aws:SecureTransport', 's3:TlsVersion'].map((condition) => [
        `no statement on ${condition}`,
        (templates: Templates) => {
          for (const { properties } of ofType(templates, 'AWS::S3::BucketPolicy')) {
            const document = properties.PolicyDocument;
            document.Statement = document.Statement.filter(
              (statement: Statement) => !JSON.stringify(statement.Condition ?? {}).includes(condition),
            );
          }
        },
      ]),
    ),
  },
  {
    name: 'uploads, receipts and the canary’s runs expire within a month, broken-off uploads within three days',
    check: lifecycleFaults,
    breakages: {
      'no lifecycle': (templates) => {
        delete bucket(templates, 'drop').properties.LifecycleConfiguration;
      },
      'receipts kept': (templates) => {
        const configuration = bucket(templates, 'drop').properties.LifecycleConfiguration;
        configuration.Rules = configuration.Rules.filter(
          (rule: { Prefix?: string }) => rule.Prefix !== 'receipts/',
        );
      },
      "the canary's runs kept": (templates) => {
        for (const rule of bucket(templates, 'results').properties.LifecycleConfiguration.Rules) {
          if (rule.Prefix === 'runs/000000000000') rule.Status = 'Disabled';
        }
      },
      'older versions kept for a year': (templates) => {
        for (const rule of bucket(templates, 'drop').properties.LifecycleConfiguration.Rules) {
          if (rule.NoncurrentVersionExpiration) rule.NoncurrentVersionExpiration.NoncurrentDays = 365;
        }
      },
    },
  },
  {
    name: 'every read and write of data is recorded',
    check: auditFaults,
    breakages: {
      'a bucket left out of the trail': (templates) => {
        ofType(
          templates,
          'AWS::CloudTrail::Trail',
        )[0]!.properties.EventSelectors[0].DataResources[0].Values.pop();
      },
      'a trail that can be forged': (templates) => {
        ofType(templates, 'AWS::CloudTrail::Trail')[0]!.properties.EnableLogFileValidation = false;
      },
      'an access log of uploads': (templates) => {
        const { LoggingConfiguration } = bucket(templates, 'results').properties;
        bucket(templates, 'drop').properties.LoggingConfiguration = LoggingConfiguration;
      },
      'no access log': (templates) => {
        delete bucket(templates, 'results').properties.LoggingConfiguration;
      },
    },
  },
  {
    name: 'buckets are versioned, and data, keys and logs outlive their stacks',
    check: (templates) => [
      ...buckets(templates)
        .filter(({ properties }) => properties.VersioningConfiguration?.Status !== 'Enabled')
        .map((each) => `${nameOf(each)} is not versioned`),
      ...ofType(templates, ...keptTypes)
        .filter(
          ({ resource }) => resource.DeletionPolicy !== 'Retain' || resource.UpdateReplacePolicy !== 'Retain',
        )
        .map((each) => `${nameOf(each)} is deleted with its stack`),
    ],
    breakages: {
      'no versions': (templates) => {
        delete bucket(templates, 'results').properties.VersioningConfiguration;
      },
      'a bucket deleted with its stack': (templates) => {
        bucket(templates, 'results').resource.DeletionPolicy = 'Delete';
      },
      'a key deleted with its stack': (templates) => {
        ofType(templates, 'AWS::KMS::Key')[0]!.resource.UpdateReplacePolicy = 'Delete';
      },
    },
  },
];
