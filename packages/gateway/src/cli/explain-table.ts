import type { Route } from 'nextbest'
import { plainText } from '../log/plain-text.ts'
import { textTable } from './text-table.ts'

/** Returns a route for people: who would be tried, at what index and with what probability, and who not, and why. */
export function explainTable(route: Route): string {
  const blocks = [
    `${plainText(route.model)} would be tried in this order: ${route.plan.map((id) => plainText(id)).join(', ') || 'nowhere'}`,
    rankedTable(route),
    unavailableTable(route),
    exclusionTable(route),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

/** Letters as in the formula of the index: p succeeds, a fails early, b fails late; s is what a good answer costs. */
function rankedTable({ ranked }: Route): string {
  if (ranked.length === 0) return ''
  const head = ['endpoint', 'index $', 'p', 'a', 'b', 's $', 'first']
  const rows = ranked.map(({ endpoint, indexUsd, parts, probability }) => [
    plainText(endpoint),
    usd(indexUsd),
    parts.success.toFixed(3),
    parts.early.toFixed(3),
    parts.late.toFixed(3),
    usd(parts.answerUsd),
    `${(100 * probability).toFixed(1)} %`,
  ])
  return `${textTable([head, ...rows])}\n(index: expected cost of a good answer; p succeeds, a fails early, b fails late; s: cost of the answer; first: probability)`
}

function unavailableTable({ unavailable }: Route): string {
  if (unavailable.length === 0) return ''
  const rows = unavailable.map(({ endpoint, reason, retryInMs }) => [
    plainText(endpoint),
    reason.replaceAll('-', ' '),
    retryInMs === undefined ? '' : `for ${Math.ceil(retryInMs)} ms`,
  ])
  return `not now:\n${textTable(rows)}`
}

function exclusionTable({ exclusions }: Route): string {
  if (exclusions.length === 0) return ''
  const rows = exclusions.map(({ endpoint, rule, reason }) => [plainText(endpoint), rule, plainText(reason)])
  return `excluded:\n${textTable(rows)}`
}

function usd(amount: number): string {
  return amount.toFixed(7)
}
