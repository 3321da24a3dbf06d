/** The embedded signals driver against the port's contract. */
import { openProcessSignals } from '../../src/drivers/signals/process/open.ts'
import { signalsContract } from './signals.ts'

signalsContract('one process', async (log) => {
  const signals = openProcessSignals({ log })
  return { signals, elsewhere: signals, close: async () => {} }
})
