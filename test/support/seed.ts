import fc from 'fast-check'
import { seed } from './long.js'

// Before each file of tests: its random ones begin where SEED says.
fc.configureGlobal(seed)
