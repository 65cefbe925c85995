import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../functions/core/settings.ts';
import { BatchPipeline } from './batch-pipeline.ts';
import type { CodeOf } from './bundles.ts';
import { Compactor } from './compactor.ts';
import type { DeploymentOptions } from './configuration/load-configuration.ts';
import { Foundation } from './foundation.ts';
import { Gateway } from './gateway.ts';
import { Observability } from './observability.ts';
import { limitResources } from './resource-limit.ts';
import { Router } from './router.ts';
import { WeeklyReport } from './weekly-report.ts';

export type SpillwayStackProps = {
  readonly settings: Settings;
  readonly options: DeploymentOptions;
  readonly codeOf: CodeOf;
};

/** The whole system. */
export class SpillwayStack extends Stack {
  readonly router: Router;

  constructor(scope: Construct, name: string, props: SpillwayStackProps) {
    const { organization, environment } = props.settings;
    super(scope, name, {
      description: `Spillway for ${organization}: hard budgets, routing and attribution of AI spend`,
      tags: { application: 'spillway', organization, environment },
      analyticsReporting: false,
    });
    const foundation = new Foundation(this, 'Foundation', { ...props, inferenceProfiles: props.options.inferenceProfiles });
    const router = new Router(this, 'Router', foundation, props.options);
    const gateway = new Gateway(this, 'Gateway', foundation, props.options);
    const batch = new BatchPipeline(this, 'Batch', foundation);
    const compactor = new Compactor(this, 'Compactor', foundation);
    const report = new WeeklyReport(this, 'Report', foundation, { gatewayUrl: gateway.url.url, identity: props.options.identity });
    new Observability(this, 'Observability', {
      alerts: foundation.alerts,
      jobsDeadLetter: batch.queues.jobsDeadLetter,
      background: {
        Compactor: compactor.function.resource,
        BatchSubmitter: batch.submitter.function.resource,
        BatchHarvester: batch.harvester.function.resource,
        WeeklyReport: report.function.resource,
      },
    });
    this.router = router;
    limitResources(this);
    this.output({
      RouterFunction: router.function.resource.functionName,
      GatewayFunction: gateway.function.resource.functionName,
      GatewayUrl: gateway.url.url,
      BatchIntakeFunction: batch.intake.function.resource.functionName,
      BatchSubmitterFunction: batch.submitter.function.resource.functionName,
      BatchHarvesterFunction: batch.harvester.function.resource.functionName,
      CompactorFunction: compactor.function.resource.functionName,
      WasteReportFunction: report.function.resource.functionName,
      JobsQueue: batch.queues.jobs.queueUrl,
      JobsDeadLetterQueue: batch.queues.jobsDeadLetter.queueUrl,
      ResultsQueue: batch.queues.results.queueUrl,
      LedgerTable: foundation.ledger.table.tableName,
      ControlTable: foundation.control.table.tableName,
      Bucket: foundation.blobs.bucket.bucketName,
      AlertTopic: foundation.alerts.topic.topicArn,
    });
  }

  private output(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}
