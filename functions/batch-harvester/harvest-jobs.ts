import { manifestOfJobName } from '../core/batching.ts';
import { type HarvestPorts, harvestManifest } from './harvest-manifest.ts';

/** Harvests one job, named by its state-change event, or all that were submitted. One that fails does not keep the others back. */
export async function harvestJobs(jobName: string | undefined, ports: HarvestPorts): Promise<{ harvested: number }> {
  const only = jobName === undefined ? undefined : manifestOfJobName(jobName);
  // An event about a job of somebody else's.
  if (jobName !== undefined && only === undefined) return { harvested: 0 };
  const manifests = (await ports.staging.openManifests()).filter(({ manifestId }) => only === undefined || manifestId === only);
  let harvested = 0;
  for (const manifest of manifests) {
    try {
      if ((await harvestManifest(manifest, ports)) === 'harvested') harvested += 1;
    } catch (error) {
      ports.log('harvest_failed', { manifestId: manifest.manifestId }, error);
    }
  }
  return { harvested };
}
