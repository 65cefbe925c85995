import { Stack, Validations } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** Tells cdk-nag, on the role itself, why these resources of its policy end in a wildcard. */
export function acknowledgeWildcards(grantee: IGrantable, arns: readonly string[], reason: string): void {
  const role = grantee.grantPrincipal;
  if (!Construct.isConstruct(role)) return;
  for (const arn of arns.filter((candidate) => candidate.includes('*')))
    Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${flatten(role, arn)}]`, reason });
}

/** The ARN as cdk-nag writes it in a finding: `Fn::Join` flattened, references in angle brackets. */
function flatten(scope: Construct, arn: string): string {
  return words(Stack.of(scope).resolve(arn));
}

function words(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(words).join('');
  if (typeof value !== 'object' || value === null) return '';
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  if (name === 'Fn::Join' && Array.isArray(argument)) return words(argument[1]);
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return `<${argument.join('.')}>`;
  return `<${words(argument)}>`;
}
