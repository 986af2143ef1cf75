import type { BreakerPermit, Endpoint } from '@nextbest/core'

/** Finds out which permit an attempt comes with: permits are used in the order in which they were given. */
export class PermitClaims {
  /** Permits that neither an attempt has come with nor have been given back, by endpoint. */
  readonly #open = new Map<string, BreakerPermit[]>()

  given({ id }: Endpoint, permit: BreakerPermit | undefined): void {
    if (permit === undefined) return
    const open = this.#open.get(id)
    if (open === undefined) this.#open.set(id, [permit])
    else open.push(permit)
  }

  /** A permit was reported on; one that no attempt has come with was given back. */
  returned({ id }: Endpoint, permit: BreakerPermit): void {
    const open = this.#open.get(id)
    const place = open?.indexOf(permit) ?? -1
    if (place >= 0) open?.splice(place, 1)
  }

  /** Returns the permit of the attempt that has just arrived. */
  claim({ id }: Endpoint): BreakerPermit | undefined {
    return this.#open.get(id)?.shift()
  }
}
