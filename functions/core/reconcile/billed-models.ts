import type { Settings } from '../settings.ts';
import { familyOf } from './model-family.ts';

/** The configured Bedrock models as a bill can tell them apart. Models of one family (`us.` and `global.` of the same) are one: `haiku + haiku-global`. */
export type BilledModels = {
  /** The label for a name or id in a bill, or undefined: nothing configured has that name. */
  readonly labelOfName: (nameOrId: string) => string | undefined;
  /** Whose tagged inference profile an ARN is. */
  readonly profile: (arn: string) => { readonly feature: string; readonly label: string } | undefined;
  readonly hasProfile: (feature: string, model: string) => boolean;
};

export function billedModels({ models, inferenceProfiles }: Pick<Settings, 'models' | 'inferenceProfiles'>): BilledModels {
  const bedrock = Object.values(models).filter(({ provider }) => provider === 'bedrock');
  const families = Map.groupBy(bedrock, ({ modelId }) => familyOf(modelId));
  const labels = new Map([...families].map(([family, members]) => [family, members.map(({ name }) => name).join(' + ')]));
  const labelOfModel = new Map(bedrock.map(({ name, modelId }) => [name, labels.get(familyOf(modelId))]));
  const profiles = new Map(
    Object.entries(inferenceProfiles).flatMap(([key, arn]) => {
      const [feature = '', model = ''] = key.split('/');
      const label = labelOfModel.get(model);
      return label === undefined ? [] : [[arn, { feature, label }] as const];
    }),
  );
  return {
    labelOfName: (nameOrId) => labels.get(familyOf(nameOrId)),
    profile: (arn) => profiles.get(arn),
    hasProfile: (feature, model) => Object.hasOwn(inferenceProfiles, `${feature}/${model}`),
  };
}
