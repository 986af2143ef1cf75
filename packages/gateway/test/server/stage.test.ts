import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Stage } from '../../src/server/stage.ts'

test('tasks of one turn are done together, in the order in which they came, before the next turn', async () => {
  const stage = new Stage()
  const done: string[] = []
  stage.add(() => done.push('first'))
  stage.add(() => done.push('second'))
  done.push('read')

  await nextTurn()

  expect(done).toEqual(['read', 'first', 'second'])
})

test('a task that comes while others are done is done in the next turn', async () => {
  const stage = new Stage()
  const done: string[] = []
  stage.add(() => {
    done.push('first')
    stage.add(() => done.push('later'))
  })

  await nextTurn()
  const afterOneTurn = [...done]
  await nextTurn()

  expect(afterOneTurn).toEqual(['first'])
  expect(done).toEqual(['first', 'later'])
})

test('a task that throws is told as an uncaught error and harms no other', async () => {
  const stage = new Stage()
  const others = process.listeners('uncaughtException')
  const uncaught: unknown[] = []
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => uncaught.push(error))
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of others) process.on('uncaughtException', listener)
  })
  const fault = new Error('fault')
  let done = false
  stage.add(() => {
    throw fault
  })
  stage.add(() => {
    done = true
  })

  await nextTurn()
  await nextTurn()

  expect(done).toBe(true)
  expect(uncaught).toEqual([fault])
})
