import { createRouter } from 'nextbest'
import { expect, onTestFinished, test } from 'vitest'
import { faultSchedule } from '../../src/demo/demo-faults.ts'
import { demoModel } from '../../src/demo/demo-providers.ts'
import { startDemoWorld } from '../../src/demo/demo-world.ts'
import { createCallLog } from '../../src/log/call-log.ts'
import { coloursFor } from '../../src/log/colours.ts'
import { chat, json } from '../support/client.ts'
import type { Answer } from '../support/client.ts'
import { gatewayFor } from '../support/gateway.ts'

const calls = 200
const atOnce = 20

function isWhole(answer: Answer, stream: boolean): boolean {
  if (answer.status !== 200) return false
  if (stream) return answer.text.includes('Forty-two') && answer.text.endsWith('data: [DONE]\n\n')
  const { choices } = json(answer) as { choices: { message: { content: string } }[] }
  return choices[0]?.message.content.startsWith('Forty-two') === true
}

test(
  'no call fails while the best provider does, and the log tells of every failover',
  { timeout: 60_000 },
  async () => {
    let nowMs = 0
    let log = ''
    const world = await startDemoWorld(() => nowMs)
    const write = (text: string): void => void (log += text)
    const onEvent = createCallLog({ write, colours: coloursFor(false, {}), now: () => new Date(0) })
    const router = createRouter({ upstreams: world.upstreams, onEvent })
    onTestFinished(async () => {
      await router.close()
      await world.close()
    })
    const { url } = await gatewayFor({ router })
    const body = {
      model: demoModel,
      max_tokens: 4,
      messages: [{ role: 'user', content: 'What is the meaning of life?' }],
    }

    const whole: boolean[] = []
    for (let wave = 0; wave < calls / atOnce; wave += 1) {
      // The first wave meets every provider at its best, the others meet the outage.
      if (wave > 0) nowMs = faultSchedule.afterMs + wave * 1_000
      const ask = async (_: unknown, i: number): Promise<boolean> => {
        const stream = i % 2 === 1
        return isWhole(
          await chat(url, { ...body, stream }, { 'http-referer': 'https://example.com', 'x-title': 'Test' }),
          stream,
        )
      }
      whole.push(...(await Promise.all(Array.from({ length: atOnce }, ask))))
    }

    expect(whole).toEqual(Array.from({ length: calls }, () => true))
    expect(log.match(/failover: northwind:/g)?.length).toBeGreaterThan(0)
    expect(log.match(/ -> \w+:deepseek\/deepseek-coder {2}/g)).toHaveLength(calls)
    expect(log).not.toContain('meaning of life')
  },
)
