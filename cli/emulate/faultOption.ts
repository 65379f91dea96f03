import { type Endpoint, type Fault, type FaultRule, faults } from '../../lib/testing/index.ts';
import { UsageError } from '../usageError.ts';

/** Reads `name[@endpoint][#n][:probability]`: `cut`, `500:0.1`, `stall@completions#2`. */
export function faultOption(text: string): FaultRule {
  const [, name, endpoint, nth, probability] =
    /^([a-z0-9-]+)(?:@(\w+))?(?:#(\d+))?(?::(\d*\.?\d+))?$/u.exec(text) ?? [];
  if (name === undefined || !(name in faults))
    throw new UsageError(
      `--fault ${text}: expected a fault, e.g. 500, cut:0.1 (one in ten), stall@completions#2 (the second request). ` +
        `There are ${Object.keys(faults).join(', ')}.`,
    );
  const fault = name as Fault;
  const { endpoints } = faults[fault];
  if (endpoint !== undefined && !(endpoints as readonly string[]).includes(endpoint))
    throw new UsageError(`--fault ${text}: ${name} can happen at ${endpoints.join(', ')} only.`);
  if (nth === '0') throw new UsageError(`--fault ${text}: connections and requests count from 1.`);
  if (Number(probability) > 1) throw new UsageError(`--fault ${text}: expected a probability from 0 to 1.`);
  return {
    fault,
    ...(endpoint !== undefined && { on: endpoint as Endpoint }),
    ...(nth !== undefined && { nth: Number(nth) }),
    ...(probability !== undefined && { probability: Number(probability) }),
  };
}

/** All faults, for the help. */
export const faultList = (): string => {
  const width = Math.max(...Object.keys(faults).map(({ length }) => length));
  return Object.entries(faults)
    .map(([name, { what }]) => `  ${name.padEnd(width)}  ${what}`)
    .join('\n');
};
