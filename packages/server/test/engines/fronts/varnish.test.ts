/** Varnish with deploy/varnish keeps the delivery contract. */
import { findProgram } from '../../../../../scripts/setup/programs.mjs'
import { testEdgeContract } from './edge-contract.ts'
import { startVarnish } from './start-varnish.ts'

testEdgeContract('varnish', startVarnish, { skip: findProgram('varnish') ? undefined : 'Varnish with vmod-digest and varnish-modules is not installed' })
