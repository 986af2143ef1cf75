import { startGateway } from '../../src/server/start-gateway.ts'
import type { RunningGateway } from '../../src/server/start-gateway.ts'
import type { GatewayServerOptions } from '../../src/server/gateway-options.ts'
import { onTestFinished } from 'vitest'

/** Starts a gateway on a free port that lasts as long as the test. */
export async function gatewayFor(options: GatewayServerOptions): Promise<RunningGateway> {
  const gateway = await startGateway({ port: 0, ...options })
  onTestFinished(() => gateway.close({ drainMs: 0 }))
  return gateway
}
