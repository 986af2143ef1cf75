import { accessMarkers } from './access-markers.ts'
import { loadMarkers } from './load-markers.ts'
import type { Marker } from './marker.ts'
import { moneyMarkers } from './money-markers.ts'
import { requestMarkers } from './request-markers.ts'

/**
 * All markers in the order in which they are asked; the first that matches decides. Spent money comes before throttling, which uses
 * the same words, and throttling before context: both speak of too many tokens.
 */
export const markers: readonly Marker[] = [
  ...moneyMarkers,
  ...loadMarkers,
  ...accessMarkers,
  ...requestMarkers,
]
