import { CfnResource, type Stack } from 'aws-cdk-lib';
import { CfnApplicationInferenceProfile } from 'aws-cdk-lib/aws-bedrock';

/** CloudFormation takes 500 resources in a stack (service quota, not adjustable). The rest is room for the next version, which must deploy too. */
const MOST_RESOURCES = 450;

/** Fails synth while there is still something to do about it: a feature costs an alias, its settings and a profile for each of its models. */
export function limitResources(stack: Stack): void {
  stack.node.addValidation({
    validate: () => {
      const resources = stack.node.findAll().filter((construct) => CfnResource.isCfnResource(construct));
      if (resources.length <= MOST_RESOURCES) return [];
      const profiles = resources.filter((resource) => resource instanceof CfnApplicationInferenceProfile).length;
      return [
        `the stack would have ${resources.length} resources; at most ${MOST_RESOURCES} may be used of the 500 that CloudFormation takes. ` +
          `${profiles} of them are inference profiles: set billing.inferenceProfiles: false (the ledger attributes all the same), ` +
          'or divide the features among two configurations, each with a stack of its own',
      ];
    },
  });
}
