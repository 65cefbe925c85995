import { parse, stringify } from 'yaml';

/** A small configuration without a fault; each test breaks one thing in it. */
export const SOUND = `organization: acme
environment: production
timezone: Europe/Berlin
unassignedOwner: platform@acme.example
models:
  haiku: { id: bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0 }
  sonnet: { id: bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0 }
  llama: { id: bedrock/us.meta.llama3-3-70b-instruct-v1:0 }
budgets: { daily: 100, monthly: 2000 }
teams:
  finance: { budgets: { monthly: 1000 } }
features:
  extractor:
    owner: owner@acme.example
    team: finance
    templates: [extract]
    route: { cheap: haiku, strong: sonnet }
    budgets: { daily: 10 }
report: { to: [ops@acme.example], from: spillway@acme.example }
`;

type Path = readonly (string | number)[];

/** SOUND with the value at the path replaced, or removed when it is undefined. */
export function withValue(path: Path, value: unknown): string {
  const configuration: unknown = parse(SOUND);
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : at), configuration);
  const key = path.at(-1);
  if (typeof parent !== 'object' || parent === null || key === undefined) throw new RangeError(`no such path: ${path.join('.')}`);
  if (value === undefined) Reflect.deleteProperty(parent, key);
  else Reflect.set(parent, key, value);
  return stringify(configuration);
}
