import { Stack } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { environment as contract } from '../functions/waste-report/contract.ts';
import type { Foundation } from './foundation.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { SpillwayFunction } from './spillway-function.ts';
import { weeklyAt } from './weekly-time.ts';

const MEMORY_MIB = 512;
const TIMEOUT_SECONDS = 300;

export type WeeklyReportProps = {
  /** Where the report's page is read. */
  readonly gatewayUrl: string;
  /** `existing`: the sender is verified in SES already, and to create it again would fail the deployment. `create`: this stack does it. */
  readonly identity: 'existing' | 'create';
};

/** The Friday e-mail, and its page. */
export class WeeklyReport extends Construct {
  readonly function: SpillwayFunction<typeof contract>;

  constructor(scope: Construct, id: string, foundation: Foundation, props: WeeklyReportProps) {
    super(scope, id);
    const { blobs, control, ledger, settings } = foundation;
    this.function = new SpillwayFunction(this, 'Function', {
      description: 'Spillway: mails what was wasted in the week, per finding, with owner and action',
      code: foundation.codeOf('waste-report'),
      contract,
      environment: { ...foundation.environment, BUCKET: blobs.bucket.bucketName, GATEWAY_URL: props.gatewayUrl },
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    foundation.grantSettings(this.function);
    foundation.alerts.grantPublish(this.function);
    control.grantChange(this.function);
    control.grantList(this.function);
    ledger.grantRead(this.function);
    blobs.grantWrite(this.function, 'reports/');
    this.grantSend(settings.report.from);
    if (props.identity === 'create') new EmailIdentity(this, 'Sender', { identity: Identity.email(settings.report.from) });
    new FunctionSchedule(this, 'Schedule', {
      target: this.function.resource,
      schedule: weeklyAt(settings.report.at, settings.timezone),
      description: 'Send the weekly report',
    });
  }

  /** SES checks the identity that verifies the sender: the address itself, or its domain. */
  private grantSend(from: string): void {
    const domain = from.slice(from.indexOf('@') + 1);
    const resourceArns = [from, domain].map((resourceName) =>
      Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName }),
    );
    Grant.addToPrincipal({ grantee: this.function, actions: ['ses:SendRawEmail'], resourceArns });
  }
}
