import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Settings } from '../functions/core/settings.ts';
import { settingsToJson } from '../functions/schemas/settings.ts';
import { acknowledgeWildcards } from './acknowledge-wildcards.ts';
import { settingsParts } from './settings-parts.ts';

export type StoredSettingsProps = {
  readonly settings: Settings;
  /** ARN (a token) of the inference profile of `<feature>/<model>`. */
  readonly inferenceProfiles: Readonly<Record<string, string>>;
};

/** An entry is at most 190 bytes: two names of 48 and an ARN of about 85. Twenty stay below the 4,096 of a parameter. */
const PROFILES_PER_PART = 20;

/**
 * The settings object in SSM, where it may grow (a function's environment ends at 4 KB). Its path changes with its content: the change
 * reaches the functions' environment, so that a deployment replaces warm environments that still hold the old settings.
 */
export class StoredSettings extends Construct {
  readonly path: string;

  constructor(scope: Construct, id: string, props: StoredSettingsProps) {
    super(scope, id);
    const json = settingsToJson(props.settings);
    const profiles = Object.entries(props.inferenceProfiles);
    this.path = `/spillway/${Stack.of(this).stackName}/settings/${fingerprint(json, Object.keys(props.inferenceProfiles))}`;
    for (const [index, part] of settingsParts(json).entries()) this.store(partName(index), part);
    for (let start = 0; start < profiles.length; start += PROFILES_PER_PART) {
      const part = Object.fromEntries(profiles.slice(start, start + PROFILES_PER_PART));
      this.store(`profiles-${partName(start / PROFILES_PER_PART)}`, JSON.stringify(part));
    }
  }

  grantRead(grantee: IGrantable): Grant {
    const path = Stack.of(this).formatArn({ service: 'ssm', resource: 'parameter', resourceName: this.path.slice(1) });
    const resourceArns = [path, `${path}/*`];
    acknowledgeWildcards(grantee, resourceArns, 'the parts of the settings object of this stack, as many as it needs');
    return Grant.addToPrincipal({ grantee, actions: ['ssm:GetParametersByPath'], resourceArns });
  }

  private store(name: string, stringValue: string): void {
    new StringParameter(this, name, { parameterName: `${this.path}/${name}`, stringValue });
  }
}

const partName = (index: number) => String(index).padStart(3, '0');

const fingerprint = (json: string, profiles: readonly string[]) =>
  createHash('sha256')
    .update(JSON.stringify([json, profiles]))
    .digest('hex')
    .slice(0, 12);
