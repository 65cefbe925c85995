/** One field as it stands in a file: `a` and `"a"` are the same text, an empty field and `""` are not the same thing. */
export type CsvField = { readonly text: string; readonly quoted: boolean };
export type CsvRecord = { readonly line: number; readonly fields: readonly CsvField[] };
export type CsvProblem = { readonly line: number; readonly says: string };

const FIELD = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;

/** Reads RFC 4180 to the letter: CRLF after each record, a quote only around a whole field and doubled within, records of equal length. */
export function readCsv(text: string): { readonly records: readonly CsvRecord[]; readonly problems: readonly CsvProblem[] } {
  const records: CsvRecord[] = [];
  const problems: CsvProblem[] = [];
  let fields: CsvField[] = [];
  let [start, line] = [1, 1];
  for (let at = 0; at < text.length; ) {
    FIELD.lastIndex = at;
    const [whole = '', quoted, bare = ''] = FIELD.exec(text) ?? [];
    fields.push({ text: quoted?.replaceAll('""', '"') ?? bare, quoted: quoted !== undefined });
    at += whole.length;
    line += whole.split('\n').length - 1;
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    const end = text.startsWith('\r\n', at) ? 2 : 1;
    if (end === 1) problems.push({ line, says: `${JSON.stringify(text[at] ?? 'the end')} where a comma or CRLF belongs` });
    if (text[at] === '"') return { records, problems }; // Where the fields end is anybody's guess from here on.
    records.push({ line: start, fields });
    fields = [];
    at += end;
    line += 1;
    start = line;
  }
  if (fields.length > 0) problems.push({ line, says: 'the file ends after a comma' });
  const columns = records[0]?.fields.length;
  for (const record of records)
    if (record.fields.length !== columns) problems.push({ line: record.line, says: `${record.fields.length} fields, not ${columns}` });
  return { records, problems };
}
