/** What `sluice admin sweep` does. */
import { systemClock } from '../../base/time.ts'
import { sweepAll, type SweepAllOptions } from '../../encode/reconcile/sweep-all.ts'
import type { Ports } from '../open-drivers.ts'
import type { AdminPorts } from './open.ts'

/** As sweepAll; the grace is SLUICE_SWEEP_GRACE_MINUTES unless given. */
export async function sweepInstallation(ports: AdminPorts & Pick<Ports, 'objects'>, options: Omit<SweepAllOptions, 'graceMinutes'> & { graceMinutes?: number }): Promise<void> {
  const graceMinutes = options.graceMinutes ?? ports.settings.SLUICE_SWEEP_GRACE_MINUTES
  await sweepAll({ ...ports, clock: systemClock }, { ...options, graceMinutes })
}
