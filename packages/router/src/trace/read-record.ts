import { longestWord } from './read-bounds.ts'
import { readCall } from './read-call.ts'
import { readEndpoint } from './read-endpoint.ts'
import { TraceFields } from './trace-fields.ts'
import { traceFormat, traceVersion } from './trace-record.ts'
import type { TraceHeader, TraceRecord } from './trace-record.ts'

/**
 * Returns the record of a line's value, or nothing for one of a type that only later versions know.
 *
 * @throws RangeError that names the field, the bound and the value.
 */
export function readRecord(value: unknown): TraceRecord | undefined {
  const fields = new TraceFields(value, '')
  switch (fields.text('type', longestWord)) {
    case 'header':
      return readHeader(fields)
    case 'endpoint':
      return { type: 'endpoint', endpoint: readEndpoint(fields) }
    case 'call':
      return readCall(fields)
    case 'dropped':
      return { type: 'dropped', lines: fields.count('lines') }
    default:
      return undefined
  }
}

function readHeader(fields: TraceFields): TraceHeader {
  fields.oneOf('format', [traceFormat])
  const version = fields.text('version', longestWord)
  const [, major, minor] = /^(\d{1,6})\.(\d{1,6})$/.exec(version) ?? []
  if (Number(major) !== traceVersion.major) {
    throw new RangeError(`version must be ${traceVersion.major}.x, got ${JSON.stringify(version)}`)
  }
  const options = fields.fields('options')
  return {
    type: 'header',
    major: Number(major),
    minor: Number(minor),
    options: {
      failureUsd: options.number('failureUsd', 0),
      sharpness: options.is('sharpness', 'Infinity') ? Infinity : options.number('sharpness', 0),
      explorationRate: options.number('explorationRate', 0, 1),
    },
  }
}
