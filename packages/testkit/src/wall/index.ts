export { allFaults } from './all-faults.ts'
export type {
  Fault,
  FaultAction,
  FaultExpectation,
  FaultHealth,
  FaultMode,
  FaultVariant,
  FaultVariantDetails,
} from './fault.ts'
export { readFaultScript } from './fault-choice.ts'
export type { ChosenFault, FaultScript, FaultStep } from './fault-choice.ts'
export type { FaultOrigin } from './fault-origin.ts'
export { startFaultProxy } from './fault-proxy.ts'
export type { FaultProxy, FaultProxyOptions } from './fault-proxy.ts'
export { faultProxyDefaults } from './fault-proxy/settings.ts'
export type { FaultProxySettings, ProxyDirection, ProxyEnding } from './fault-proxy/settings.ts'
export type { PublicFault, WallPlay } from './public-fault.ts'
export { publicFaults } from './public-faults.ts'
export { refusingPrefill } from './public-plays.ts'
export { referenceText, referenceTokens } from './reference-answer.ts'
export type { ReferenceAnswer } from './reference-answer.ts'
export { startWall } from './wall.ts'
export type { Wall, WallOptions } from './wall.ts'
export type { WallExchange } from './wall-exchange.ts'
export type { WallFormat, WallStream } from './wall-format.ts'
export { wallFormats } from './wall-formats.ts'
export type { WallEntry } from './wall-ledger.ts'
export type { WallRequest } from './wall-request.ts'
