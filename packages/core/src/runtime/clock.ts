/** Monotonic time. Core never asks it: whoever runs core's decisions does, and passes instants on. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes backwards, unlike the time of day. */
  nowMs(): number
  /** Calls back once, at or after the instant. */
  setTimer(atMs: number, callback: () => void): TimerHandle
}

export interface TimerHandle {
  /** The callback will not be called any more. May be called again. */
  cancel(): void
}
