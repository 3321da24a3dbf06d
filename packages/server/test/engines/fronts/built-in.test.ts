/** The built-in edge keeps the delivery contract. */
import { testEdgeContract } from './edge-contract.ts'

testEdgeContract('the built-in edge', 'the edge itself')
