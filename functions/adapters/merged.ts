/** Several ordered sources as one ordered source. Every source is asked for its first item at once; equal keys come in any order. */
export async function* merged<Item>(sources: readonly AsyncGenerator<Item>[], keyOf: (item: Item) => string): AsyncGenerator<Item> {
  const heads = await Promise.all(sources.map(async (source) => head(source, keyOf)));
  for (;;) {
    let least: Head<Item> | undefined;
    for (const candidate of heads)
      if (candidate.at !== undefined && (least?.at === undefined || candidate.at.key < least.at.key)) least = candidate;
    if (least?.at === undefined) return;
    yield least.at.item;
    least.at = (await head(least.source, keyOf)).at;
  }
}

type Head<Item> = { readonly source: AsyncGenerator<Item>; at: { readonly key: string; readonly item: Item } | undefined };

async function head<Item>(source: AsyncGenerator<Item>, keyOf: (item: Item) => string): Promise<Head<Item>> {
  const { done, value } = await source.next();
  return { source, at: done === true ? undefined : { key: keyOf(value), item: value } };
}
