// Questions between the runner and its processes, over the channel that Node opens to a child.

interface Question {
  readonly id: number
  readonly kind: string
}

/** Answers the questions of the parent that have a handler; others are left to other listeners. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller states what its parent asks
export function answerQuestions<Asked extends Question>(
  handlers: Readonly<Record<string, (question: Asked) => object | Promise<object>>>,
): void {
  process.on('message', (question: Asked) => {
    const handler = handlers[question.kind]
    if (handler === undefined) return
    void replyTo(question, handler)
  })
}

async function replyTo<Asked extends Question>(
  question: Asked,
  handler: (question: Asked) => object | Promise<object>,
): Promise<void> {
  try {
    const reply = await handler(question)
    process.send?.({ ...reply, id: question.id })
  } catch (error) {
    process.send?.({ id: question.id, error: String(error) })
  }
}
