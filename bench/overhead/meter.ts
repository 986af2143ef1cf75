// Loaded before every process of the benchmark (--import): tells the processor time that the process has used, and
// ends the process when the runner is gone, so that none is left behind.
import { answerQuestions } from './questions.ts'

answerQuestions({
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return { cpuUs: user + system }
  },
})
process.on('disconnect', () => process.exit(1))
