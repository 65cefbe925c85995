import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge-wildcards.ts';

/**
 * Staged prompts, answers, report pages and exports. Prompts and answers expire; the rest stays: exports are what is left of the ledger when its
 * entries have expired. Survives the stack.
 */
export class BlobBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Resource', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'staged-prompts', prefix: 'batch/', expiration: Duration.days(7) },
        { id: 'large-requests', prefix: 'requests/', expiration: Duration.days(7) },
        { id: 'answers', prefix: 'results/', expiration: Duration.days(30) },
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'only the functions of this stack have access; access logs would need a second bucket, which teams bring with CloudTrail',
    });
  }

  /** Read files under these prefixes. With ListBucket, so that a missing file is "no such key" and not "access denied". */
  grantRead(grantee: IGrantable, ...prefixes: readonly string[]): Grant {
    return this.grantObjects(grantee, ['s3:GetObject'], prefixes).combine(this.grantList(grantee));
  }

  grantWrite(grantee: IGrantable, ...prefixes: readonly string[]): Grant {
    return this.grantObjects(grantee, ['s3:PutObject'], prefixes);
  }

  /** Write files of any size, in parts; an upload that fails takes its parts back. */
  grantUpload(grantee: IGrantable, ...prefixes: readonly string[]): Grant {
    return this.grantObjects(grantee, ['s3:PutObject', 's3:AbortMultipartUpload'], prefixes);
  }

  private grantList(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] });
  }

  private grantObjects(grantee: IGrantable, actions: string[], prefixes: readonly string[]): Grant {
    const resourceArns = prefixes.map((prefix) => this.bucket.arnForObjects(`${prefix}*`));
    acknowledgeWildcards(grantee, resourceArns, 'files are made under a prefix; their names are not known at deployment');
    return Grant.addToPrincipal({ grantee, actions, resourceArns });
  }
}
