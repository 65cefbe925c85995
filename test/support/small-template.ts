import type { JsonObject } from '../../local/json.ts';

const statement = (
  Action: string | string[],
  Resource: JsonObject | string | (JsonObject | string)[],
  rest: JsonObject = {},
): JsonObject => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});
const arnOf = (id: string): JsonObject => ({ 'Fn::GetAtt': [id, 'Arn'] });
const under = (id: string, suffix: string): JsonObject => ({ 'Fn::Join': ['', [arnOf(id), suffix]] });
const trust = (service: string, Condition?: JsonObject): JsonObject => ({
  Statement: [
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service }, ...(Condition === undefined ? {} : { Condition }) },
  ],
});
const MODEL = 'amazon.nova-lite-v1:0';

/** One of each thing that the local stack makes, and a role with a few rights: small enough to read, shaped as CDK writes it. */
export const SMALL_TEMPLATE: JsonObject = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        Replicas: [{ Region: { Ref: 'AWS::Region' } }],
      },
    },
    Jobs: {
      Type: 'AWS::SQS::Queue',
      Properties: { VisibilityTimeout: 30, RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 2 } },
    },
    Dead: { Type: 'AWS::SQS::Queue' },
    Files: { Type: 'AWS::S3::Bucket' },
    FilesPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Files' },
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Action: 's3:*',
              Principal: { AWS: '*' },
              Resource: [arnOf('Files'), under('Files', '/*')],
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
    },
    Alerts: { Type: 'AWS::SNS::Topic' },
    Profile: {
      Type: 'AWS::Bedrock::ApplicationInferenceProfile',
      Properties: {
        InferenceProfileName: 'small',
        ModelSource: { CopyFrom: { 'Fn::Sub': `arn:aws:bedrock:\${AWS::Region}:\${AWS::AccountId}:inference-profile/us.${MODEL}` } },
      },
    },
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust('lambda.amazonaws.com') } },
    BatchRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust('bedrock.amazonaws.com', { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }),
      },
    },
    RolePolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Role' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            statement(['dynamodb:PutItem', 'dynamodb:Query'], arnOf('Table')),
            statement('dynamodb:DeleteItem', arnOf('Table'), {
              Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['rollup#*'] } },
            }),
            statement('sqs:SendMessage', arnOf('Jobs')),
            statement(['s3:GetObject', 's3:PutObject'], under('Files', '/reports/*')),
            statement('s3:ListBucket', arnOf('Files')),
            statement('sns:Publish', { Ref: 'Alerts' }),
            statement('ses:SendRawEmail', { 'Fn::Sub': `arn:aws:ses:\${AWS::Region}:\${AWS::AccountId}:identity/from@acme.example` }),
            statement('bedrock:InvokeModel', [
              { 'Fn::GetAtt': ['Profile', 'InferenceProfileArn'] },
              { 'Fn::Sub': `arn:aws:bedrock:*::foundation-model/${MODEL}` },
            ]),
            statement('bedrock:CreateModelInvocationJob', {
              'Fn::Sub': `arn:aws:bedrock:\${AWS::Region}:\${AWS::AccountId}:model-invocation-job/*`,
            }),
            statement('bedrock:CreateModelInvocationJob', `arn:aws:bedrock:us-east-1::foundation-model/${MODEL}`),
            statement('iam:PassRole', arnOf('BatchRole'), {
              Condition: { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } },
            }),
          ],
        },
      },
    },
  },
  Outputs: { Table: { Value: { Ref: 'Table' } }, Queue: { Value: { Ref: 'Jobs' } } },
};
