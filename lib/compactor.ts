import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { environment as contract } from '../functions/compactor/contract.ts';
import type { Foundation } from './foundation.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { SpillwayFunction } from './spillway-function.ts';

/** One whole vCPU (AWS Lambda developer guide, "Configure Lambda function memory"): large hours are work for the processor. It needs under 300. */
const MEMORY_MIB = 1769;
const TIMEOUT_SECONDS = 900;
/** Shortly after the hour, so that the hour that ended is whole. */
const MINUTE = '5';

/** Hourly: rolls up and exports closed hours, resolves holds left behind, gives back the allowances of the day, audits. */
export class Compactor extends Construct {
  readonly function: SpillwayFunction<typeof contract>;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const { blobs, control, ledger } = foundation;
    this.function = new SpillwayFunction(this, 'Function', {
      description: 'Spillway: rolls up and exports closed hours, resolves holds left behind, closes days',
      code: foundation.codeOf('compactor'),
      contract,
      environment: { ...foundation.environment, BUCKET: blobs.bucket.bucketName },
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    foundation.grantSettings(this.function);
    foundation.alerts.grantPublish(this.function);
    control.grantChange(this.function);
    ledger.grantRecord(this.function);
    ledger.grantRead(this.function);
    ledger.grantClearMarks(this.function);
    blobs.grantUpload(this.function, 'exports/');
    const schedule = ScheduleExpression.cron({ minute: MINUTE });
    new FunctionSchedule(this, 'Schedule', { target: this.function.resource, schedule, description: 'Close the hour' });
  }
}
