import type { Template } from '../template.ts';

/** Whether the permissions of a function (by logical id) let a service, such as `events.amazonaws.com`, invoke it on behalf of `sourceArn`. */
export function invocable(template: Template, functionId: string, service: string, sourceArn: string): boolean {
  const named = new Set([template.ref(functionId), template.attribute(functionId, 'Arn')]);
  return template.resources('AWS::Lambda::Permission').some(({ properties }) => {
    const { Action, FunctionName, Principal, SourceArn } = properties;
    const applies = named.has(String(FunctionName)) && Principal === service && Action === 'lambda:InvokeFunction';
    return applies && (SourceArn === undefined || SourceArn === sourceArn);
  });
}
