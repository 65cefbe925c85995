import type { Template } from './template.ts';

/** The stack's output of each function that users name by key. */
export const FUNCTION_OUTPUTS = {
  router: 'RouterFunction',
  gateway: 'GatewayFunction',
  batchIntake: 'BatchIntakeFunction',
  batchSubmitter: 'BatchSubmitterFunction',
  batchHarvester: 'BatchHarvesterFunction',
  compactor: 'CompactorFunction',
  wasteReport: 'WasteReportFunction',
} as const;

export type FunctionKey = keyof typeof FUNCTION_OUTPUTS;

export const isFunctionKey = (key: string): key is FunctionKey => Object.hasOwn(FUNCTION_OUTPUTS, key);

/** Names of the stack's parts, for the AWS SDK. Queues are URLs, the topic is an ARN. */
export type StackNames = {
  readonly functions: Readonly<Record<FunctionKey, string>>;
  readonly queues: { readonly jobs: string; readonly jobsDeadLetter: string; readonly results: string };
  readonly tables: { readonly ledger: string; readonly control: string };
  readonly bucket: string;
  readonly alertTopic: string;
};

export function namesOf(template: Template): StackNames {
  const outputs = FUNCTION_OUTPUTS;
  return {
    functions: {
      router: template.output(outputs.router),
      gateway: template.output(outputs.gateway),
      batchIntake: template.output(outputs.batchIntake),
      batchSubmitter: template.output(outputs.batchSubmitter),
      batchHarvester: template.output(outputs.batchHarvester),
      compactor: template.output(outputs.compactor),
      wasteReport: template.output(outputs.wasteReport),
    },
    queues: {
      jobs: template.output('JobsQueue'),
      jobsDeadLetter: template.output('JobsDeadLetterQueue'),
      results: template.output('ResultsQueue'),
    },
    tables: { ledger: template.output('LedgerTable'), control: template.output('ControlTable') },
    bucket: template.output('Bucket'),
    alertTopic: template.output('AlertTopic'),
  };
}

/** Logical ids of the functions, by key. */
export const functionIdsOf = (template: Template): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(FUNCTION_OUTPUTS).map(([key, output]) => [key, template.outputResource(output)]));
