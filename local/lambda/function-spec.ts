/** A function as the template declares it. */
export type FunctionSpec = {
  /** Key of `functions` in local.json: names its log file. */
  readonly key: string;
  readonly name: string;
  readonly arn: string;
  /** `index.handler`, inside the asset. */
  readonly handler: string;
  readonly codeDirectory: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
};

export type AwsAccess = {
  /** The one address of all services. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
};

/**
 * The whole environment of a function, built from nothing: what the template gives it and what Lambda reserves. Nothing of the developer's
 * shell gets in, neither NODE_OPTIONS nor an AWS profile.
 */
export function environmentOf(spec: FunctionSpec, access: AwsAccess): Record<string, string> {
  return {
    ...spec.environment,
    AWS_REGION: access.region,
    AWS_DEFAULT_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
    ...(access.credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: access.credentials.sessionToken }),
    AWS_ENDPOINT_URL: access.endpoint,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: spec.codeDirectory,
    _HANDLER: spec.handler,
    TZ: ':UTC',
  };
}
