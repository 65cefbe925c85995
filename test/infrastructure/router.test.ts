import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { allowing, exampleSettings, exampleStack, propertiesOf, statementsOf, templateOf } from '../support/synthesized.ts';

const template = templateOf();
const features = Object.keys(exampleSettings.features);
const routerId = Object.keys(template.findResources('AWS::Lambda::Function')).find((id) => id.startsWith('Router')) ?? '';

describe('the router', () => {
  it('is never retried by Lambda, whether called by name or by a feature alias', () => {
    const configs = Object.values(propertiesOf(template, 'AWS::Lambda::EventInvokeConfig')).filter(
      (config) => JSON.stringify(config['FunctionName']) === JSON.stringify({ Ref: routerId }),
    );
    expect(configs.map((config) => config['MaximumRetryAttempts'])).toEqual(configs.map(() => 0));
    const qualifiers = configs.map((config) => JSON.stringify(config['Qualifier']));
    expect(qualifiers).toHaveLength(features.length + 1);
    expect(qualifiers).toContain('"$LATEST"');
  });

  it('runs as long as the configuration says, so that holds can be told from calls still running', () => {
    const longer = templateOf({ settings: { timeoutSeconds: 300 } });
    longer.hasResourceProperties('AWS::Lambda::Function', { Timeout: 300, Description: Match.stringLikeRegexp('answers a request') });
  });

  it('calls the configured models and no other', () => {
    const statements = statementsOf(template, /^(Router|Gateway)/);
    const resources = allowing(statements, 'bedrock:InvokeModel').flatMap((statement) =>
      statement.Resource.map((one) => JSON.stringify(one)),
    );
    const ids = Object.values(exampleSettings.models).map((model) => model.modelId.replace(/^us\./, ''));
    for (const id of ids) expect(resources.some((resource) => resource.includes(`:bedrock:*::foundation-model/${id}`))).toBe(true);
    const strangers = resources.filter(
      (resource) => !ids.some((id) => resource.includes(id)) && !resource.includes('application-inference-profile'),
    );
    expect(strangers).toEqual([]);
  });
});

describe('grantRoute', () => {
  it('lets a caller spend as one feature only', () => {
    const stack = exampleStack();
    const caller = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    stack.router.grantRoute(caller, 'ticket-triage');
    const granted = allowing(statementsOf(Template.fromStack(stack), /^Caller/), 'lambda:InvokeFunction');
    expect(granted.map((statement) => JSON.stringify(statement.Resource))).toEqual([expect.stringContaining('Aliastickettriage')]);
  });

  it('refuses a feature that the configuration does not have', () => {
    const stack = exampleStack();
    const caller = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    expect(() => stack.router.grantRoute(caller, 'no-such-feature')).toThrow('no feature "no-such-feature"');
  });
});

describe('a feature named by a number', () => {
  it('is refused at synth, where Lambda would refuse its alias at deployment', () => {
    const [feature] = Object.values(exampleSettings.features);
    if (feature === undefined) throw new RangeError('the example has no features');
    expect(() => exampleStack({ settings: { features: { 2026: { ...feature, name: '2026' } } } })).toThrow('feature "2026"');
  });
});

describe("a feature's configured caller", () => {
  it('may invoke that alias and nothing else', () => {
    const role = 'arn:aws:iam::123456789012:role/triage';
    const permissions = Object.values(
      propertiesOf(templateOf({ options: { callers: { 'ticket-triage': [role] } } }), 'AWS::Lambda::Permission'),
    ).filter((permission) => permission['Principal'] === role);
    expect(permissions).toHaveLength(1);
    expect(JSON.stringify(permissions[0]?.['FunctionName'])).toContain('Aliastickettriage');
  });
});

describe('the gateway', () => {
  it('streams from a function URL', () => {
    template.hasResourceProperties('AWS::Lambda::Url', { InvokeMode: 'RESPONSE_STREAM', AuthType: 'NONE' });
  });

  it('gives a public URL both rights that AWS asks for', () => {
    const isPublic = Object.values(propertiesOf(template, 'AWS::Lambda::Permission')).filter(
      (permission) => permission['Principal'] === '*',
    );
    expect(isPublic.map((permission) => permission['Action']).sort()).toEqual(['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl']);
    expect(
      isPublic.filter((permission) => permission['FunctionUrlAuthType'] !== 'NONE' && permission['InvokedViaFunctionUrl'] !== true),
    ).toEqual([]);
  });

  it('opens its URL to nobody when IAM guards it', () => {
    const guarded = templateOf({ settings: { gateway: { auth: 'iam' } } });
    guarded.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
    expect(JSON.stringify(propertiesOf(guarded, 'AWS::Lambda::Permission'))).not.toContain('"Principal":"*"');
  });

  it('lets in browsers of the configured origins only', () => {
    template.hasResourceProperties('AWS::Lambda::Url', { Cors: Match.absent() });
    templateOf({ options: { corsOrigins: ['https://ops.acme.example'] } }).hasResourceProperties('AWS::Lambda::Url', {
      Cors: { AllowOrigins: ['https://ops.acme.example'] },
    });
  });
});
