/**
 * One promise that every implementation keeps. A suite is a list of them, tied to no test framework:
 *
 *     for (const { name, run } of breakerContract) test(name, () => run(createSubject()))
 */
export interface ContractCase<Subject> {
  /** The promise, as a fact in the present tense. */
  readonly name: string
  /** Throws an AssertionError where a fresh subject breaks the promise. */
  readonly run: (subject: Subject) => void | Promise<void>
}
