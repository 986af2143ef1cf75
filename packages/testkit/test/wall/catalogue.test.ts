import { describe, expect, it } from 'vitest'
import { allFaults, readFaultScript } from '../../src/wall/index.ts'
import { casesOf, statusAndBodyFaults } from './playing.ts'

describe('the catalogue of faults', () => {
  it('has every number from 39 to 126, in order', () => {
    const numbers = statusAndBodyFaults.map(({ number }) => number)
    expect(numbers).toEqual(Array.from({ length: 88 }, (_, index) => 39 + index))
  })

  it('gives each fault a name of its own', () => {
    const names = allFaults.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).not.toContain('')
  })

  it.each(statusAndBodyFaults)('asks for each variant of $number, $name, in a mode of the fault', (fault) => {
    const asked = Object.values(fault.variants).flatMap(({ modes }) => modes ?? [])
    expect(Object.keys(fault.expected)).toEqual(expect.arrayContaining(asked))
    expect(new Set(casesOf(fault).map(({ variantName }) => variantName))).toEqual(
      new Set(Object.keys(fault.variants)),
    )
  })

  it.each(statusAndBodyFaults)('finds each variant of $number, $name, by its name', (fault) => {
    for (const [name, variant] of Object.entries(fault.variants)) {
      const script = readFaultScript(`wall/fault-${fault.number}.${name}-then-ok`, allFaults)
      expect(script, name).toEqual([{ fault, variant }, undefined])
    }
  })

  it.each(statusAndBodyFaults)('says what the caller gets of $number, $name', (fault) => {
    for (const { name, expected } of casesOf(fault)) {
      const { action, client, text } = expected
      const isPassedOn = action === 'tolerate' || (action === 'retry' && text === '')
      expect(client === undefined, name).toBe(isPassedOn)
      if (client !== undefined) expect(client.status, name).toBeGreaterThanOrEqual(400)
    }
  })
})
