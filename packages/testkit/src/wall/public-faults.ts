import { openAi } from './faults/provider-bodies.ts'
import type { PublicFault } from './public-fault.ts'
import {
  cutAfter,
  downFor,
  lateFor,
  malformedAfter,
  overloaded,
  refusing,
  refusingPrefill,
  silentAfter,
  silentFor,
  withoutEndMark,
} from './public-plays.ts'

const rateLimit = openAi('Rate limit reached for requests.', 'rate_limit_error', 'rate_limit_exceeded')
const invalid = 'invalid_request_error'

/**
 * The sixteen faults of Failover Bench (failoverbench/failoverbench, methodology v0.1), with its times and counts, which are of the
 * wall's clock.
 */
export const publicFaults: readonly PublicFault[] = Object.freeze<PublicFault[]>([
  {
    id: 's01',
    name: '429 with Retry-After, once',
    once: true,
    play: refusing(429, rateLimit, { 'retry-after': '2' }),
  },
  { id: 's02', name: '429 without Retry-After, always', play: refusing(429, rateLimit) },
  {
    id: 's03',
    name: '500, once',
    once: true,
    play: refusing(500, openAi('The server had an error while processing your request.', 'server_error')),
  },
  { id: 's04', name: '503, always', play: overloaded },
  { id: 's05', name: 'reset before the headers, once', once: true, play: (exchange) => exchange.reset() },
  { id: 's06', name: 'no response', play: silentFor(120_000) },
  { id: 's07', name: 'first token after 20 s', play: lateFor(20_000) },
  { id: 's08', name: 'stream cut after 40 of 60 tokens', play: cutAfter(40) },
  { id: 's09', name: 'stream silent after 20 of 60 tokens', play: silentAfter(20, 30_000) },
  { id: 's10', name: 'malformed event in a stream', play: malformedAfter(10) },
  { id: 's11', name: 'stream without an end mark', play: withoutEndMark },
  {
    id: 's12',
    name: 'context length exceeded',
    play: refusing(
      400,
      openAi(
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9631 tokens.",
        invalid,
        'context_length_exceeded',
      ),
    ),
  },
  {
    id: 's13',
    name: 'prompt refused by a content policy',
    play: refusing(
      400,
      openAi(
        'Your request was rejected as a result of our safety system.',
        invalid,
        'content_policy_violation',
      ),
    ),
  },
  { id: 's14', name: 'stream cut, and a fallback that refuses a prefill', play: cutAfter(40) },
  {
    id: 's14-fallback',
    name: 'the fallback that refuses a prefill',
    play: refusingPrefill((exchange) => exchange.answerWell()),
  },
  { id: 's15', name: 'outage of 60 s, and 20 requests', play: downFor(60_000, overloaded) },
  { id: 's16', name: '503, always, and what it is accounted for', play: overloaded },
])
