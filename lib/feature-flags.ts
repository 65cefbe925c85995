import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };

/**
 * The CDK behaviours this app is written for: those of a new app at the pinned version. In code, not in cdk.json, because the app also runs
 * without the CDK's command line. That an upgrade does not rename, and so replace, a store is a test's promise.
 */
export const FEATURE_FLAGS: Readonly<Record<string, unknown>> = recommended;
