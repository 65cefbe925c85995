import { type DemoContext, routeThrough } from '../demo-context.ts';

/** A retrieval that pasted everything it found: 40,000 tokens and more, as in the brief. Refused before any model sees it. */
export async function longPrompt(context: DemoContext): Promise<void> {
  const { screen, settings } = context;
  screen.heading('A retrieval without bounds');
  const feature = Object.values(settings.features).toSorted((a, b) => a.limits.inputTokens - b.limits.inputTokens)[0];
  if (feature === undefined) return;
  const template = Object.keys(feature.templates)[0] ?? 'answer';
  const tokens = Math.max(40_000, feature.limits.inputTokens * 2);
  const pages = 'The quick brown fox jumps over the lazy dog near the river bank. '.repeat(Math.ceil(tokens / 14));
  const routed = await routeThrough(context, { feature: feature.name, template, messages: [{ role: 'user', content: [{ text: pages }] }] });
  if (routed.kind === 'answered') {
    const { wouldRefuse } = routed.answer.receipt;
    if (wouldRefuse === undefined) throw new Error(`${feature.name} let a prompt of ${tokens} tokens pass`);
    screen.line(`${feature.name}: would have been refused: ${wouldRefuse} (observe mode admits it)`);
    return;
  }
  screen.line(`${feature.name}: ${routed.reason}: ${routed.message}`);
}
