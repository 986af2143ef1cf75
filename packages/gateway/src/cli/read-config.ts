import { readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { parseConfig } from '../config/parse-config.ts'
import { errorCode } from './error-code.ts'
import { UsageError } from './usage-error.ts'

/**
 * Reads the configuration file at a path.
 * @throws UsageError when it cannot be read, ConfigError when it is wrong.
 */
export function readConfig(file: string): Config {
  return parseConfig({ file, text: readText(file), environment: process.env })
}

/**
 * Reads a text file.
 * @throws UsageError when it cannot be read.
 */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error'
    throw new UsageError(code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read: ${code}`)
  }
}
