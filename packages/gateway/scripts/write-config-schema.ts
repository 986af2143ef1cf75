// Writes config.schema.json anew from the schema that the gateway checks with.
import { writeFileSync } from 'node:fs'
import { configJsonSchema } from '../src/config/json-schema.ts'

const file = new URL('../config.schema.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`)
