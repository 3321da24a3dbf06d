/** nginx with deploy/nginx keeps the delivery contract. */
import { findProgram } from '../../../../../scripts/setup/programs.mjs'
import { testEdgeContract } from './edge-contract.ts'
import { startNginx } from './start-nginx.ts'

testEdgeContract('nginx', startNginx, { skip: findProgram('nginx-njs') ? undefined : 'nginx with njs is not installed' })
