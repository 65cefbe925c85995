import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Settings } from '../functions/core/settings.ts';
import { AlertTopic } from './alert-topic.ts';
import { BlobBucket } from './blob-bucket.ts';
import type { CodeOf } from './bundles.ts';
import { ControlTable } from './control-table.ts';
import { InferenceProfiles } from './inference-profiles.ts';
import { ModelAccess } from './model-access.ts';
import { StoredSettings } from './stored-settings.ts';
import { UsageLedger } from './usage-ledger.ts';

export type FoundationProps = {
  readonly settings: Settings;
  /** One tagged application inference profile per feature and Bedrock model. */
  readonly inferenceProfiles: boolean;
  readonly codeOf: CodeOf;
};

/** What all functions stand on: the stores, the settings, the alerts, the right to call models. */
export class Foundation extends Construct {
  readonly settings: Settings;
  readonly codeOf: CodeOf;
  readonly ledger: UsageLedger;
  readonly control: ControlTable;
  readonly blobs: BlobBucket;
  readonly alerts: AlertTopic;
  readonly models: ModelAccess;
  readonly stored: StoredSettings;

  constructor(scope: Construct, id: string, props: FoundationProps) {
    super(scope, id);
    this.settings = props.settings;
    this.codeOf = props.codeOf;
    this.ledger = new UsageLedger(this, 'Ledger');
    this.control = new ControlTable(this, 'Control');
    this.blobs = new BlobBucket(this, 'Blobs');
    this.alerts = new AlertTopic(this, 'Alerts', { email: props.settings.alerts.email });
    this.models = new ModelAccess(this, 'Models', props.settings);
    const profiles = props.inferenceProfiles ? new InferenceProfiles(this, 'Profiles', props.settings).arns : {};
    this.stored = new StoredSettings(this, 'Settings', { settings: props.settings, inferenceProfiles: profiles });
  }

  /** The variables that every function is given. */
  get environment() {
    return {
      LEDGER_TABLE: this.ledger.table.tableName,
      CONTROL_TABLE: this.control.table.tableName,
      SETTINGS_PATH: this.stored.path,
      ALERT_TOPIC_ARN: this.alerts.topic.topicArn,
    };
  }

  /** What every function may do. */
  grantSettings(grantee: IGrantable & Construct): void {
    this.stored.grantRead(grantee);
    // The settings are found under a path, which CloudFormation does not see as a reference.
    grantee.node.addDependency(this.stored);
  }

  /** Admit, route, call, settle; tell people of a loop. */
  grantRouting(grantee: IGrantable & Construct): void {
    this.grantSettings(grantee);
    this.control.grantChange(grantee);
    this.control.grantCreate(grantee);
    this.control.grantReadOverrides(grantee);
    this.ledger.grantRecord(grantee);
    this.alerts.grantPublish(grantee);
    this.models.grantConverse(grantee);
  }
}
