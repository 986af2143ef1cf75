import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryModel, fleets } from '../../../testkit/src/arbitraries/endpoint.ts'
import { createCatalog } from '../../src/catalog/catalog.ts'
import { defineEndpoint } from '../../src/catalog/define-endpoint.ts'

const price = { prompt: 1, completion: 2 }
const one = defineEndpoint({ provider: 'alpha', model: 'a/one', contextTokens: 8_192, price })
const other = defineEndpoint({ provider: 'beta', model: 'a/one', contextTokens: 8_192, price })
const two = defineEndpoint({ provider: 'alpha', model: 'a/two', contextTokens: 8_192, price })

describe('createCatalog', () => {
  test('finds endpoints by model and by id', () => {
    const catalog = createCatalog({ endpoints: [one, two, other] })

    expect(catalog.endpointsOf('a/one')).toEqual([one, other])
    expect(catalog.endpoint('alpha:a/two')).toBe(two)
    expect(catalog.endpointsOf('a/three')).toEqual([])
    expect(catalog.endpoint('gamma:a/one')).toBeUndefined()
  })

  test('lists the given models first, then those that only endpoints name', () => {
    const listed = { id: 'a/two', name: 'Two', created: 1_700_000_000 }
    const unserved = { id: 'a/zero' }
    const catalog = createCatalog({ models: [listed, unserved], endpoints: [one, two] })

    expect(catalog.models).toEqual([listed, unserved, { id: 'a/one' }])
    expect(catalog.modelOf('a/two')).toBe(listed)
    expect(catalog.modelOf('a/one')).toEqual({ id: 'a/one' })
    expect(catalog.modelOf('a/three')).toBeUndefined()
  })

  test('lists the models that endpoints name, and no others, where none are given', () => {
    expect(createCatalog({ endpoints: [one, two, other] }).models).toEqual([{ id: 'a/one' }, { id: 'a/two' }])
    expect(createCatalog({ endpoints: [] }).models).toEqual([])
  })

  test('refuses two endpoints or two models with one id', () => {
    expect(() => createCatalog({ endpoints: [one, { ...one }] })).toThrow(
      'two endpoints have the id "alpha:a/one"',
    )
    expect(() => createCatalog({ models: [{ id: 'a/b' }, { id: 'a/b' }], endpoints: [] })).toThrow(
      'two models have the id "a/b"',
    )
  })

  test('never changes with the lists that it was made of, nor by its own', () => {
    const endpoints = [one]
    const catalog = createCatalog({ endpoints })

    endpoints.push(two)

    expect(catalog.endpoints).toEqual([one])
    expect(catalog.endpointsOf('a/two')).toEqual([])
    for (const list of [catalog, catalog.models, catalog.endpoints, catalog.endpointsOf('a/one')]) {
      expect(Object.isFrozen(list)).toBe(true)
    }
  })

  test('knows every endpoint of a fleet, in order, whenever the ids are unique', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const catalog = createCatalog({ endpoints: fleet })

        expect(catalog.endpointsOf(arbitraryModel)).toEqual(fleet)
        for (const endpoint of fleet) expect(catalog.endpoint(endpoint.id)).toBe(endpoint)
      }),
    )
  })
})
