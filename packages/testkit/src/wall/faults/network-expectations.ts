import type { FaultExpectation } from '../fault.ts'

/**
 * No connection could be made. A 502 also where it was only too slow: that nothing was sent tells a caller more than how long it
 * took. (Where a first token is overdue before the connection is, it is a 504 all the same.)
 */
export const unreachable: FaultExpectation = {
  action: 'failover',
  health: 'failure',
  client: { status: 502, code: 'provider_unreachable' },
}

/**
 * The connection ended before a response began. Another endpoint is asked, and not the same one once more: the request may have
 * run there, and whoever fell over is the last one to ask.
 */
export const connectionLost: FaultExpectation = {
  action: 'failover',
  health: 'failure',
  client: { status: 502, code: 'provider_connection_lost' },
}
