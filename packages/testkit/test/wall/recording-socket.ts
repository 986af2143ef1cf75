import { Socket } from 'node:net'

/** A socket without a network: it keeps what is written to it, and says how its connection was ended. */
export class RecordingSocket extends Socket {
  readonly pieces: Buffer[] = []
  connection: 'open' | 'fin' | 'reset' = 'open'

  /** Bytes that were written. */
  get bytes(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  override write(bytes: string | Uint8Array): boolean {
    this.pieces.push(Buffer.from(bytes))
    return true
  }

  override destroySoon(): void {
    this.connection = 'fin'
    this.destroy()
  }

  override resetAndDestroy(): this {
    this.connection = 'reset'
    return this.destroy()
  }
}
