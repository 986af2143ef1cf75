import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { endpoints } from '../../../testkit/src/arbitraries/endpoint.ts'
import { matchesProvider, parseModelSlug } from '../../src/catalog/slug.ts'

describe('parseModelSlug', () => {
  test.each([
    ['author/slug', 'author/slug', []],
    ['author/slug:nitro', 'author/slug', ['nitro']],
    ['author/slug:nitro:exacto', 'author/slug', ['nitro', 'exacto']],
    ['author/slug:free', 'author/slug:free', []],
    ['author/slug:free:floor', 'author/slug:free', ['floor']],
    ['author/slug:online:thinking', 'author/slug:thinking', ['online']],
    ['author/slug:0731', 'author/slug:0731', []],
    ['author/slug:', 'author/slug:', []],
    ['nitro', 'nitro', []],
    ['nitro:floor', 'nitro', ['floor']],
  ])('takes %s apart', (slug, model, variants) => {
    expect(parseModelSlug(slug)).toEqual({ model, variants })
  })

  test('never finds a routing variant in the model that it returns', () => {
    const suffixes = fc.array(fc.constantFrom('nitro', 'floor', 'free', 'exacto', 'x', ''))
    fc.assert(
      fc.property(suffixes, (drawn) => {
        const { model, variants } = parseModelSlug(['a/b', ...drawn].join(':'))

        expect(parseModelSlug(model)).toEqual({ model, variants: [] })
        expect([...model.split(':').slice(1), ...variants].sort()).toEqual([...drawn].sort())
      }),
    )
  })
})

describe('matchesProvider', () => {
  test.each([
    ['deepinfra', 'deepinfra', true],
    ['deepinfra', 'deepinfra/turbo', true],
    ['deepinfra/turbo', 'deepinfra/turbo', true],
    ['deepinfra/turbo', 'deepinfra', false],
    ['DeepInfra/Turbo', 'deepinfra/turbo', true],
    ['DEEPINFRA', 'deepinfra', true],
    ['deepinfra', 'deepinfra/priority', false],
    ['deepinfra', 'deepinfra/eu/flex', false],
    ['deepinfra/priority', 'deepinfra/priority', true],
    ['deepinf', 'deepinfra', false],
    ['', 'deepinfra', false],
  ])('lets %s name %s: %s', (selector, tag, matches) => {
    expect(matchesProvider(selector, { provider: 'deepinfra', tag })).toBe(matches)
  })

  test('lets a provider that is called like a service tier be named', () => {
    expect(matchesProvider('fast', { provider: 'fast', tag: 'fast' })).toBe(true)
    expect(matchesProvider('fast', { provider: 'fast', tag: 'fast/flex' })).toBe(false)
  })

  test('finds every endpoint by its tag, whenever the tag names a variant', () => {
    fc.assert(
      fc.property(endpoints, (endpoint) => {
        const named = endpoint.tag.includes('/') ? endpoint.tag : endpoint.provider

        expect(matchesProvider(named.toUpperCase(), endpoint)).toBe(true)
      }),
    )
  })
})
