import { gradeRepetition } from './repetition.ts';
import { gravest, type LoopVerdict, levelOf } from './verdict.ts';

/**
 * Judges a run from the fingerprints of its requests, oldest first, for agents that send no history: this request for the nth time, or
 * requests that go round. A repeat right after its like is a retry, not a step of a cycle; too many retries are a loop by themselves.
 */
export function judgeRequests(fingerprints: readonly string[], own: string, identicalRequests: number): LoopVerdict | undefined {
  const times = fingerprints.filter((fingerprint) => fingerprint === own).length;
  const level = levelOf(times, identicalRequests);
  const identical: LoopVerdict | undefined =
    level === undefined ? undefined : { level, rule: 'identical_requests', times, window: fingerprints.length, identity: own };
  return gravest([identical, cycling(fingerprints.slice(0, fingerprints.lastIndexOf(own) + 1), identicalRequests)]);
}

function cycling(fingerprints: readonly string[], identicalRequests: number): LoopVerdict | undefined {
  const steps = fingerprints.filter((fingerprint, index) => fingerprint !== fingerprints[index - 1]);
  const found = gradeRepetition(steps, identicalRequests);
  if (found === undefined) return undefined;
  const { level, times, length: window, members } = found;
  return { level, rule: 'repeating_requests', times, window, identity: members.join(' ') };
}
