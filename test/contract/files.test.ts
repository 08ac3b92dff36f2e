import { connectorContract } from './contract.js'
import { filesHarness } from './harnesses/files.js'

connectorContract(filesHarness)
