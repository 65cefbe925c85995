import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject, list, object, parseJson, text } from './json.ts';
import { ACCOUNT, type Addresses, type Located, physicalAttribute, physicalName, physicalRef, REGION } from './physical.ts';

/** A resource of the template with its properties resolved. */
export type TemplateResource = { readonly id: string; readonly type: string; readonly properties: JsonObject };

/** The synthesized stack. Intrinsics are resolved when first asked for; whatever is not understood throws with its logical id. */
export class Template {
  readonly stackName: string;
  readonly #resources: JsonObject;
  readonly #outputs: JsonObject;
  readonly #assets: JsonObject;
  readonly #assemblyDir: string;
  readonly #addresses: Addresses;
  readonly #resolved = new Map<string, JsonObject>();

  constructor(document: JsonObject, place: { stackName: string; assemblyDir: string; assets?: JsonObject; addresses: Addresses }) {
    this.stackName = place.stackName;
    this.#resources = object(document['Resources'] ?? {}, 'Resources');
    this.#outputs = object(document['Outputs'] ?? {}, 'Outputs');
    this.#assets = place.assets ?? {};
    this.#assemblyDir = place.assemblyDir;
    this.#addresses = place.addresses;
  }

  has(id: string): boolean {
    return this.#resources[id] !== undefined;
  }

  /** Every resource of these types, in the template's order. */
  resources(...types: readonly string[]): readonly TemplateResource[] {
    const ids = Object.keys(this.#resources).filter((id) => types.length === 0 || types.includes(this.typeOf(id)));
    return ids.map((id) => this.resource(id));
  }

  resource(id: string): TemplateResource {
    return { id, type: this.typeOf(id), properties: this.properties(id) };
  }

  typeOf(id: string): string {
    return text(object(this.#resources[id], id)['Type'], `${id}.Type`);
  }

  properties(id: string): JsonObject {
    const known = this.#resolved.get(id);
    if (known !== undefined) return known;
    // A resource without settings has no Properties at all.
    const resolved = object(this.#resolve(object(this.#resources[id], id)['Properties'] ?? {}, id), id);
    this.#resolved.set(id, resolved);
    return resolved;
  }

  /** The physical name: what the SDK is given, except for queues (their URL: `ref`) and topics (their ARN: `ref`). */
  name(id: string): string {
    return physicalName(this.#located(id));
  }

  ref(id: string): string {
    return physicalRef(this.#located(id));
  }

  attribute(id: string, name: string): string {
    return physicalAttribute(this.#located(id), name);
  }

  /** The value of a CfnOutput. CDK appends a hash to an output made inside a construct, not to one made in the stack. */
  output(name: string): string {
    const found = object(this.#outputs[name], `output ${name}`);
    return text(this.#resolve(found['Value'] ?? null, `output ${name}`), `output ${name}`);
  }

  /** The logical id that an output's value is the Ref (or an attribute) of. */
  outputResource(name: string): string {
    const value = object(object(this.#outputs[name], `output ${name}`)['Value'], `output ${name}`);
    const attribute = value['Fn::GetAtt'];
    return text(value['Ref'] ?? (Array.isArray(attribute) ? attribute[0] : undefined), `output ${name}`);
  }

  /** The folder with a function's bundle. */
  assetDir(functionId: string): string {
    const code = object(this.properties(functionId)['Code'], `${functionId}.Code`);
    const hash = text(code['S3Key'], `${functionId}.Code.S3Key`).replace(/\.zip$/, '');
    const source = object(object(this.#assets[hash], `asset ${hash} of ${functionId}`)['source'], `asset ${hash}`);
    return join(this.#assemblyDir, text(source['path'], `asset ${hash}`));
  }

  /** Resolves any template value; `where` is named when it cannot. */
  resolve(value: Json, where: string): Json {
    return this.#resolve(value, where);
  }

  #located(id: string): Located {
    const raw = object(object(this.#resources[id], id)['Properties'] ?? {}, id);
    return {
      id,
      type: this.typeOf(id),
      stackName: this.stackName,
      addresses: this.#addresses,
      // One property at a time: resolving all would run in circles between resources that name each other.
      property: (name) => {
        const value = raw[name];
        return value === undefined ? undefined : this.#resolve(value, `${id}.${name}`);
      },
    };
  }

  #resolve(value: Json, where: string): Json {
    if (Array.isArray(value)) return value.map((item) => this.#resolve(item, where)).filter((item) => item !== NO_VALUE);
    if (!isObject(value)) return value;
    const [key, argument] = Object.entries(value)[0] ?? [];
    if (key !== undefined && argument !== undefined && Object.keys(value).length === 1 && isIntrinsic(key)) {
      return this.#intrinsic(key, argument, where);
    }
    const entries = Object.entries(value).map(([name, item]): [string, Json] => [name, this.#resolve(item, where)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
  }

  #intrinsic(name: string, argument: Json, where: string): Json {
    const resolved = (item: Json | undefined) => this.#resolve(item ?? null, where);
    if (name === 'Ref') return this.#refer(text(argument, where), where);
    if (name === 'Fn::Sub') return this.#substitute(argument, where);
    const parts = list(argument, `${where}: ${name}`);
    if (name === 'Fn::GetAtt') return this.attribute(text(parts[0], where), text(parts[1], where));
    if (name === 'Fn::Join') {
      const items = list(resolved(parts[1]), where).map((item) => text(item, `${where}: Fn::Join`));
      return items.join(text(parts[0], where));
    }
    if (name === 'Fn::Split') return text(resolved(parts[1]), where).split(text(parts[0], where));
    if (name === 'Fn::Select') return list(resolved(parts[1]), where)[Number(parts[0])] ?? null;
    throw new RangeError(`${where}: the local stack does not know ${name}`);
  }

  #refer(target: string, where: string): string {
    const pseudo = PSEUDO[target] ?? (target === 'AWS::StackName' ? this.stackName : undefined);
    if (pseudo !== undefined) return pseudo;
    if (!this.has(target)) throw new RangeError(`${where}: Ref to ${target}, which is no resource of the stack`);
    return this.ref(target);
  }

  #substitute(argument: Json, where: string): string {
    const [pattern, variables] = typeof argument === 'string' ? [argument, {}] : list(argument, where);
    const own = object(variables ?? {}, where);
    return text(pattern, where).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      // `${!Literal}` stands for `${Literal}`.
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      const given = own[name];
      if (given !== undefined) return text(this.#resolve(given, where), where);
      const dot = name.indexOf('.');
      return dot < 0 ? this.#refer(name, where) : this.attribute(name.slice(0, dot), name.slice(dot + 1));
    });
  }
}

const NO_VALUE = 'AWS::NoValue';
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::NoValue': NO_VALUE,
};
const isIntrinsic = (key: string) => key === 'Ref' || key.startsWith('Fn::');

/** Reads the one stack of a cloud assembly. */
export function readTemplate(assemblyDir: string, addresses: Addresses): Template {
  const read = (file: string) => object(parseJson(readFileSync(join(assemblyDir, file), 'utf8')), file);
  const artifacts = Object.entries(object(read('manifest.json')['artifacts'], 'artifacts'));
  const stacks = artifacts.filter(([, artifact]) => object(artifact, 'artifact')['type'] === 'aws:cloudformation:stack');
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) throw new RangeError(`${assemblyDir}: expected one stack, found ${stacks.length}`);
  const properties = object(object(stack[1], stack[0])['properties'], stack[0]);
  const file = text(properties['templateFile'], `${stack[0]}.templateFile`);
  const assets = object(read(file.replace(/\.template\.json$/, '.assets.json'))['files'], 'assets');
  const stackName = typeof properties['stackName'] === 'string' ? properties['stackName'] : stack[0];
  return new Template(read(file), { stackName, assemblyDir, assets, addresses });
}
