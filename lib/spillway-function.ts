import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { z } from 'zod';

/** An environment's schema: names of variables, each a string. */
type Contract = z.ZodObject<Record<string, z.ZodType<string>>>;

export type SpillwayFunctionProps<Schema extends Contract> = {
  readonly description: string;
  readonly code: Code;
  /** The schema that the handler reads its environment with: a forgotten or misspelt variable does not compile. */
  readonly contract: Schema;
  readonly environment: Readonly<Record<keyof Schema['shape'] & string, string>>;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  /** How often Lambda repeats a failed asynchronous call: 0 to 2. */
  readonly asyncRetries?: number;
};

/** The house defaults of every function: Node 24 on arm64, JSON logs kept for a bounded time, a role that starts with its logs alone. */
export class SpillwayFunction<Schema extends Contract = Contract> extends Construct implements IGrantable {
  readonly resource: LambdaFunction;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: SpillwayFunctionProps<Schema>) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
    logGroup.grantWrite(role);
    this.grantPrincipal = role;
    this.resource = new LambdaFunction(this, 'Resource', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code,
      environment: { ...props.environment },
      memorySize: props.memoryMiB,
      timeout: Duration.seconds(props.timeoutSeconds),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      // Lambda's own start, end and report lines cost more than ours and say what its metrics say.
      systemLogLevelV2: SystemLogLevel.WARN,
      ...(props.asyncRetries === undefined ? {} : { retryAttempts: props.asyncRetries }),
    });
  }
}
