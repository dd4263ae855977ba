/**
 * Formats whose output is the rows one after the other, so that pieces can be put together. chDB makes a document of
 * each piece, with its own head and foot: in any other format a result is made in one piece.
 */
const ROW_BY_ROW: ReadonlySet<string> = new Set([
  'JSONEachRow',
  'JSONLines',
  'NDJSON',
  'JSONCompactEachRow',
  'JSONStringsEachRow',
  'JSONCompactStringsEachRow',
  'TabSeparated',
  'TSV',
  'TabSeparatedRaw',
  'TSVRaw',
  'CSV',
  'RowBinary',
  'Native',
]);

export function isRowByRow(format: string): boolean {
  return ROW_BY_ROW.has(format);
}

const JSON_DOCUMENT = /^JSON(Compact|Strings|CompactStrings|Columns|CompactColumns|ColumnsWithMetadata)?$/;

/** The content type of a format, as ClickHouse names it. */
export function contentType(format: string): string {
  if (JSON_DOCUMENT.test(format)) return 'application/json; charset=UTF-8';
  if (/^(JSON|NDJSON)/.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (format.startsWith('CSVWithNames')) return 'text/csv; charset=UTF-8; header=present';
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8; header=absent';
  if (/^(TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  if (format === 'XML') return 'application/xml; charset=UTF-8';
  if (/^(Native|RowBinary|Parquet|ORC|Avro|Arrow)/.test(format)) return 'application/octet-stream';
  return 'text/plain; charset=UTF-8';
}
