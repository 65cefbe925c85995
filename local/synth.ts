export type SynthOptions = { readonly configFile: string; readonly stackName?: string };

export type Assembly = { readonly assemblyDir: string; readonly cached: boolean };

/** Runs the CDK app in a process of its own, once per content: the same inputs give the same folder at once. */
export async function synthesize(_options: SynthOptions): Promise<Assembly> {
  throw new RangeError('not yet');
}
