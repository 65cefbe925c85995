/** Whether the report of an ISO week has been mailed: recorded before the mail goes and after. */
export type ReportState = {
  /**
   * Records `sending`. `claimed` for one caller; `sent` when it went out already; `sending` while another is at it. A claim older than
   * `staleMs` (its sender died) and one that was refused by the mail service are claimed again.
   */
  claim(week: string, claim: { nowMs: number; staleMs: number; tokenHash: string }): Promise<'claimed' | 'sending' | 'sent'>;
  markSent(week: string, sent: { nowMs: number; messageId: string }): Promise<void>;
  markRefused(week: string): Promise<void>;
};
