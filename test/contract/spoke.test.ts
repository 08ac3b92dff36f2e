import { connectorContract } from './contract.js'
import { spokeHarness } from './harnesses/spoke.js'

connectorContract(spokeHarness)
