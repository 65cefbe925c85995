/** SHA-256 (hex) of the token that opens a week's report page; undefined when there is no such report. */
export type ReportTokens = { hashOf(week: string): Promise<string | undefined> };
