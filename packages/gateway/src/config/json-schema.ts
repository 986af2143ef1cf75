import { z } from 'zod'
import { configSchema } from './config-schema.ts'

/**
 * Returns the JSON Schema of the configuration file, for editors. Where a number or a boolean is wanted, it takes a reference
 * to the environment as well.
 */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      const { type, description, ...rest } = jsonSchema
      if (type !== 'integer' && type !== 'number' && type !== 'boolean') return
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key)
      Object.assign(jsonSchema, {
        ...(description === undefined ? {} : { description }),
        anyOf: [
          { type, ...rest },
          { type: 'string', pattern: String.raw`\$\{.+\}` },
        ],
      })
    },
  })
  return { ...schema, title: 'nextbest' }
}
