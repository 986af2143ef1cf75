import { answered, everywhere, inMessage, repeated } from './attack.ts'
import type { Attack } from './attack.ts'
import { markers } from './core.ts'

/** Each marker's words over and over, and all but their end. */
const ofMarkers: readonly Attack[] = [...new Set(markers.flatMap(({ matches }) => matches))].flatMap(
  (words) => [
    ...everywhere(`"${words}" repeated`, `${words} `),
    {
      name: `"${words}" without its end`,
      evidence: (length: number) => inMessage(repeated(words.slice(0, -1), length)),
    },
  ],
)

/** Characters that patterns repeat over. */
const runs: readonly Attack[] = [
  ['digits', '7'],
  ['spaces', ' '],
  ['dots', '.'],
  ['dots and letters', 'a.'],
  ['letters', 'a'],
  ['capitals and digits', 'aB3'],
  ['dashes', 'a-'],
  ['slashes', 'a/'],
  ['stars', '*'],
  ['quotation marks', `'"\``],
  ['apostrophes in words', "a'"],
  ['quotations of prose', "'a b' "],
  ['quotations within each other', ` "'\`“‘«`],
  ['sentence ends', '. '],
  ['line ends', '\n'],
  ['control characters', '\u0000'],
  ['terminal escapes', '\u001b[31m'],
  ['letters that grow in lower case', 'İ'],
  ['half characters', '\ud83d'],
  ['delays', 'try again in 1s1s1s'],
  ['delay of digits', 'try again in 9999999999999999'],
  ['dates', 'Mon, 23 Nov 2026 '],
].flatMap(([name = '', unit = '']) => everywhere(name, unit))

/** What looks like keys, or begins like one. */
const keys: readonly Attack[] = [
  ['keys by prefix', 'sk-ant-api03-aB3dE5gH7 '],
  ['prefixes of keys', 'sk-'],
  ['prefixes of keys within words', 'ask-'],
  ['prefixes of keys and digits', 'xsk-1'],
  ['keys of Amazon', 'AKIAIOSFODNN7EXAMPL'],
  ['web tokens', 'eyJhbGciOiJIUzI1NiJ9.'],
  ['beginnings of web tokens', 'eyJ'],
  ['hexadecimal digits', '0123456789abcdef'],
  ['keys with a dot', '0123456789abcdef0123456789abcdef.'],
  ['ids', '3fa85f64-5717-4562-b3fc-2c963f66afa6'],
  ['ids that do not end', '3fa85f64-5717-4562-b3fc-'],
  ['addresses', '://user:password@host/?a=b#c'],
  ['addresses that do not end', '://a:'],
  ['users of an address', '://a:@'],
  ['bearer schemes', 'Bearer '],
  ['authorizations', 'authorization: bearer '],
  ['names of secrets', 'api_key="secret=token='],
  ['names of secrets in quotation marks', '"token": "'],
].flatMap(([name = '', unit = '']) => everywhere(name, unit))

/** What looks like an error that was passed on. */
const wrapped: readonly Attack[] = [
  ['names of exceptions', 'litellm.ApiError: '],
  ['names of exceptions without an end', 'Error'],
  ['dotted names of exceptions', 'a.Exception - '],
  ['a call of Amazon', 'An error occurred (a) when calling the a operation '],
  ['statuses of an SDK', 'Error code: 400 - {'],
  ['fields in quotation marks', `'message': '`],
].flatMap(([name = '', unit = '']) => everywhere(name, unit))

/** JSON and pages that are deep, wide or broken. */
const structures: readonly Attack[] = [
  ...everywhere('objects that do not end', '{"error":'),
  ...everywhere('lists that do not end', '['),
  ...everywhere('tags', '<div><p></p>'),
  ...everywhere('titles', '<title>'),
  ...everywhere('tags that do not end', '<'),
  { name: 'objects within each other', evidence: (length) => answered(nested('{"error":', '}', length)) },
  { name: 'lists within each other', evidence: (length) => answered(nested('[', ']', length)) },
  { name: 'messages within each other', evidence: (length) => answered(nested('{"message":', '}', length)) },
  { name: 'a page', evidence: (length) => answered(`<html><title>x</title>${repeated('<b>x</b>', length)}`) },
  { name: 'a title', evidence: (length) => answered(`<title>${repeated('x <', length)}</title>`) },
  { name: 'many fields', evidence: (length) => answered(`{${fields(length)}}`) },
  {
    name: 'many details',
    evidence: (length) => answered(`{"error":{"details":[${repeated('{},', length)}{}]}}`),
  },
  {
    name: 'JSON in the message',
    evidence: (length) => answered(JSON.stringify({ message: nested('{"error":', '}', length / 2) })),
  },
  {
    name: 'JSON in the raw error',
    evidence: (length) =>
      answered(JSON.stringify({ error: { metadata: { raw: nested('[', ']', length) } } })),
  },
  {
    name: 'objects within each other in a 200',
    evidence: (length) => ({
      type: 'in-band',
      error: JSON.parse(nested('{"error":', '}', length)),
      committed: false,
    }),
  },
  {
    name: 'lists within each other in a 200',
    evidence: (length) => ({
      type: 'in-band',
      error: JSON.parse(nested('[', ']', length)),
      committed: false,
    }),
  },
]

/** Headers are read whole. */
const headers: readonly Attack[] = ['retry-after', 'retry-after-ms', 'date', 'x-amzn-errortype'].flatMap(
  (name) =>
    ['7', ' ', '7.', '7, ', 'Mon, 23 Nov 2026 21:00:00 GMT', 'a:', 'ThrottlingException'].map((unit) => ({
      name: `the header ${name} of "${unit}"`,
      evidence: (length: number) =>
        answered('{}', { date: 'x', 'retry-after': 'x', [name]: repeated(unit, length) }),
    })),
)

export const attacks: readonly Attack[] = [
  ...ofMarkers,
  ...runs,
  ...keys,
  ...wrapped,
  ...structures,
  ...headers,
]

/** As deep as `length` characters allow, and whole. */
function nested(open: string, close: string, length: number): string {
  const depth = Math.floor((length - 1) / (open.length + close.length))
  return `${open.repeat(depth)}1${close.repeat(depth)}`
}

function fields(length: number): string {
  const names = Array.from({ length: Math.max(1, Math.floor(length / 12)) }, (_, i) => `"f${i}":1`)
  return names.join(',')
}
