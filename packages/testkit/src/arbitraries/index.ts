export { demands } from './demand.ts'
export {
  arbitraryModel,
  endpoints,
  fleets,
  modalities,
  pricings,
  providers,
  quantizations,
  regions,
  variants,
} from './endpoint.ts'
export { routingPreferences, selectors } from './preferences.ts'
export { chatMessages, chatRequests, texts, tools } from './request.ts'
