/** The built-in edge over another edge keeps the delivery contract. */
import { testEdgeContract } from './edge-contract.ts'
import { startShield } from './start-shield.ts'

testEdgeContract('an edge over an edge', startShield)
