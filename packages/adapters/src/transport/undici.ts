/**
 * All that is used of undici. As it is loaded it puts itself under the host's own `fetch`, which would then speak HTTP/2,
 * and forget a proxy that the host has set; so what was there is noted before, and put back after.
 */
import { restoreHostDispatcher } from './host-dispatcher.ts'

export { buildConnector, Client, errors, Pool } from 'undici'
export type { Dispatcher } from 'undici'

restoreHostDispatcher()
