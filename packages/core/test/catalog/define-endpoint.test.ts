import { describe, expect, test } from 'vitest'
import { defineEndpoint } from '../../src/catalog/define-endpoint.ts'
import type { EndpointOptions } from '../../src/catalog/define-endpoint.ts'
import { allParameters, commonParameters } from '../../src/catalog/parameters.ts'

const options: EndpointOptions = {
  provider: 'deepinfra',
  model: 'meta-llama/llama-3.3-70b',
  contextTokens: 131_072,
  price: { prompt: 0.23, completion: 0.4 },
}

describe('defineEndpoint', () => {
  test('fills in what is not said', () => {
    expect(defineEndpoint(options)).toEqual({
      id: 'deepinfra:meta-llama/llama-3.3-70b',
      provider: 'deepinfra',
      tag: 'deepinfra',
      model: 'meta-llama/llama-3.3-70b',
      upstreamModel: 'llama-3.3-70b',
      quantization: 'unknown',
      limits: { contextTokens: 131_072 },
      capabilities: {
        parameters: new Set(commonParameters),
        inputModalities: new Set(['text']),
        outputModalities: new Set(['text']),
      },
      pricing: { promptPicoUsd: 230_000, completionPicoUsd: 400_000 },
      dataPolicy: { collectsData: true, zeroDataRetention: false },
      continuesNatively: false,
      cancelStopsBilling: false,
      disabled: false,
    })
  })

  test('takes over what is said', () => {
    const endpoint = defineEndpoint({
      ...options,
      variant: 'turbo',
      upstreamModel: 'Llama-3.3-70B-Turbo',
      region: 'eu',
      quantization: 'fp8',
      maxOutputTokens: 16_384,
      requestsPerMinute: 600,
      parameters: allParameters,
      inputModalities: ['text', 'image'],
      zeroDataRetention: true,
      disabled: true,
    })

    expect(endpoint).toMatchObject({
      id: 'deepinfra/turbo:meta-llama/llama-3.3-70b',
      tag: 'deepinfra/turbo',
      upstreamModel: 'Llama-3.3-70B-Turbo',
      region: 'eu',
      quantization: 'fp8',
      limits: { contextTokens: 131_072, maxOutputTokens: 16_384, requestsPerMinute: 600 },
      dataPolicy: { collectsData: false, zeroDataRetention: true },
      disabled: true,
    })
    expect(endpoint.capabilities.parameters).toEqual(new Set(allParameters))
    expect(endpoint.capabilities.inputModalities).toEqual(new Set(['text', 'image']))
  })

  test('sends the whole id of a model that has no author', () => {
    expect(defineEndpoint({ ...options, model: 'gpt-5' }).upstreamModel).toBe('gpt-5')
  })

  test('takes names of as many characters as they may have, and limits as small as they may be', () => {
    const longest = { provider: 'p'.repeat(64), variant: 'v'.repeat(64), model: 'm'.repeat(256) }
    const smallest = { contextTokens: 1, maxOutputTokens: 1 }

    expect(defineEndpoint({ ...options, ...longest, ...smallest })).toMatchObject({
      id: `${longest.provider}/${longest.variant}:${longest.model}`,
      limits: smallest,
    })
  })

  test('never shows more than 80 characters of a name that is too long', () => {
    const shown = JSON.stringify('p'.repeat(80))

    for (const length of [65, 81, 10_000]) {
      expect(() => defineEndpoint({ ...options, provider: 'p'.repeat(length) })).toThrow(
        new RangeError(
          `provider must have 1..64 characters and no blanks, got ${length < 80 ? JSON.stringify('p'.repeat(length)) : shown}`,
        ),
      )
    }
  })

  test.each<[Record<string, unknown>, string | RegExp]>([
    [{ provider: '' }, 'provider must have 1..64 characters and no blanks, got ""'],
    [{ provider: 'a/b' }, 'provider must not contain / or :, got "a/b"'],
    [{ provider: undefined }, 'provider must have 1..64 characters and no blanks, got undefined'],
    [{ variant: '' }, 'variant must have 1..64 characters and no blanks, got ""'],
    [{ variant: 'a:b' }, 'variant must not contain :, got "a:b"'],
    [{ model: 'two words' }, 'model must have 1..256 characters and no blanks, got "two words"'],
    [{ model: 'a/b:nitro' }, 'model must not end in :nitro, which says how to route, got "a/b:nitro"'],
    [{ upstreamModel: 'line\n' }, 'upstreamModel must have 1..256 characters and no blanks, got "line\\n"'],
    [{ region: ' ' }, 'region must have 1..64 characters and no blanks, got " "'],
    [{ contextTokens: 0 }, 'contextTokens must be an integer of at least 1, got 0'],
    [{ contextTokens: '8k' }, 'contextTokens must be an integer of at least 1, got "8k"'],
    [{ maxConcurrent: 1.5 }, 'maxConcurrent must be an integer of at least 1, got 1.5'],
    [{ tokensPerMinute: Infinity }, 'tokensPerMinute must be an integer of at least 1, got Infinity'],
    [{ parameters: ['tool'] }, /^parameters\[0] must be one of temperature, .*, verbosity, got "tool"$/],
    [{ parameters: 'tools' }, 'parameters must be an array, got "tools"'],
    [
      { inputModalities: ['text', 'smell'] },
      'inputModalities[1] must be one of text, image, audio, file, video, got "smell"',
    ],
    [
      { outputModalities: ['smell'] },
      'outputModalities[0] must be one of text, image, audio, file, video, got "smell"',
    ],
    [{ quantization: 'q4' }, /^quantization must be one of int4, .*, unknown, got "q4"$/],
    [{ collectsData: 'no' }, 'collectsData must be true or false, got "no"'],
    [{ zeroDataRetention: 'yes' }, 'zeroDataRetention must be true or false, got "yes"'],
    [{ continuesNatively: 1 }, 'continuesNatively must be true or false, got 1'],
    [{ cancelStopsBilling: 0 }, 'cancelStopsBilling must be true or false, got 0'],
    [{ disabled: 1 }, 'disabled must be true or false, got 1'],
    [{ price: { prompt: -1, completion: 1 } }, 'price.prompt must be a decimal number of at least 0, got -1'],
  ])('names the option, its bound and its value (%#)', (wrong, message) => {
    expect(() => defineEndpoint({ ...options, ...wrong })).toThrow(message)
  })
})
