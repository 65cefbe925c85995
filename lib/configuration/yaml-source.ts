import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ConfigurationPath, ConfigurationProblem, Finding } from './configuration-problem.ts';

/** A configuration file as read: its plain value, what YAML itself found wrong, and positions for later findings. */
export type YamlSource = {
  readonly value: unknown;
  /** Syntax errors and duplicate keys. */
  readonly problems: readonly ConfigurationProblem[];
  readonly toProblem: (finding: Finding) => ConfigurationProblem;
};

/** Parses YAML 1.2. Text with a syntax error has an undefined value: nothing else can be said about it. */
export function parseYamlSource(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: 'error' });
  const root = document.contents;
  const problems = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const message = error.code === 'DUPLICATE_KEY' ? duplicateKey(text.slice(error.pos[0])) : `not valid YAML: ${error.message}`;
    return { severity: 'error', file, path: '', line, column: col, message } as const;
  });
  const read = document.errors.every((error) => error.code === 'DUPLICATE_KEY') ? plainValue(document) : { value: undefined };
  const toProblem = ({ path, severity = 'error', ...finding }: Finding): ConfigurationProblem => {
    const found = locate(root, path);
    const start = found.offset === undefined ? undefined : lines.linePos(found.offset);
    return {
      severity,
      file,
      path: path.join('.'),
      ...(start === undefined ? {} : { line: start.line, column: start.col }),
      ...(isScalar(found.node) ? { value: JSON.stringify(found.node.value) } : {}),
      ...finding,
    };
  };
  if (read.failure === undefined) return { value: read.value, problems, toProblem };
  const failure: ConfigurationProblem = { severity: 'error', file, path: '', message: `not valid YAML: ${read.failure}` };
  return { value: undefined, problems: [...problems, failure], toProblem };
}

/** Aliases are resolved here: one without its anchor, or too many of them, is found only now. */
function plainValue(document: Document): { value: unknown; failure?: string } {
  try {
    return { value: document.toJS() };
  } catch (error) {
    if (error instanceof ReferenceError) return { value: undefined, failure: error.message };
    throw error;
  }
}

const duplicateKey = (key: string): string => `duplicate key ${key.split(/[\s:]/)[0] ?? ''}: one of the two would be silently ignored`;

/** The node at the path, or the nearest one above it; its offset is that of its key, or of itself when it is a plain value. */
function locate(root: Node | null, path: ConfigurationPath): { node: Node | undefined; offset: number | undefined } {
  let node = root ?? undefined;
  let offset = node?.range?.[0];
  for (const [depth, step] of path.entries()) {
    const next = childOf(node, step);
    if (next === undefined) return { node: undefined, offset };
    node = next.value;
    offset = depth === path.length - 1 && isScalar(node) ? node.range?.[0] : (next.key?.range?.[0] ?? node?.range?.[0]);
  }
  return { node, offset };
}

function childOf(node: Node | undefined, step: string | number): { key: Node | undefined; value: Node | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
    if (pair === undefined) return undefined;
    return { key: isNode(pair.key) ? pair.key : undefined, value: isNode(pair.value) ? pair.value : undefined };
  }
  const item = isSeq(node) ? node.items[Number(step)] : undefined;
  return isNode(item) ? { key: undefined, value: item } : undefined;
}
