import { connectorContract } from './contract.js'
import { postgresHarness } from './harnesses/postgres.js'

connectorContract(postgresHarness)
