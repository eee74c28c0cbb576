import { createHash } from 'node:crypto';

/** Shares are kept to a hundredth of a percent. */
export const bucketCount = 10_000;

/** The bucket of a routing key, 0 to 9,999: the same for the same deployment and key, whatever the weights are. */
export function bucketOf(deploymentId: string, routingKey: string): number {
  const hash = createHash('sha256').update(`${deploymentId}\n${routingKey}`).digest();
  return hash.readUInt32BE(0) % bucketCount;
}

/**
 * The arm that a bucket belongs to. Buckets are dealt from the last arm upwards, so that raising a challenger's weight
 * only moves keys from the first arm to it and never back.
 */
export function chooseArm<Arm extends { readonly weight: number }>(
  arms: readonly [Arm, ...Arm[]],
  bucket: number,
): Arm {
  const total = arms.reduce((sum, arm) => sum + arm.weight, 0);
  let end = 0;
  for (const arm of arms.slice(1)) {
    end += total === 0 ? 0 : (arm.weight / total) * bucketCount;
    if (bucket < Math.round(end)) return arm;
  }
  return arms[0];
}
