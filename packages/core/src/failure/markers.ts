import { accountMarkers } from './account-markers.ts'
import type { Marker } from './marker.ts'
import { requestMarkers } from './request-markers.ts'

/** All markers in the order in which they are asked; the first that matches decides. Throttling comes before context: both speak of too many tokens. */
export const markers: readonly Marker[] = [...accountMarkers, ...requestMarkers]
