import type { Modality, Parameter, Quantization } from '@nextbest/core'

/** The configuration file, as it is written: YAML in snake case, money in US dollars. The schema tells each field's meaning. */
export interface Config {
  readonly server?: ServerSection | undefined
  readonly routing?: RoutingSection | undefined
  readonly trace?: TraceSection | undefined
  readonly upstreams: readonly UpstreamSection[]
}

interface ServerSection {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly api_keys?: readonly string[] | undefined
  readonly allow_unauthenticated?: boolean | undefined
  readonly body_limit_bytes?: number | undefined
  readonly drain_ms?: number | undefined
  readonly keep_alive_ms?: number | undefined
  readonly headers_timeout_ms?: number | undefined
  readonly request_timeout_ms?: number | undefined
  readonly max_header_bytes?: number | undefined
  readonly max_connections?: number | undefined
}

interface RoutingSection {
  readonly timeout_ms?: number | undefined
  readonly max_attempts?: number | undefined
  readonly max_wait_ms?: number | undefined
  readonly objective?: 'cheapest' | 'balanced' | 'fastest' | { readonly usd_per_second: number } | undefined
  readonly failure_usd?: number | undefined
  readonly sharpness?: number | undefined
  readonly exploration_rate?: number | undefined
  readonly when_all_open?: 'try' | 'fail' | undefined
  readonly breaker?: BreakerSection | undefined
}

export interface BreakerSection {
  readonly consecutive_failures?: number | undefined
  readonly failure_rate_bound?: number | undefined
  readonly open_ms?: number | undefined
  readonly max_open_ms?: number | undefined
  readonly slow_start_ms?: number | undefined
}

interface TraceSection {
  readonly file: string
}

export interface UpstreamSection {
  readonly provider: string
  readonly base_url: string
  readonly api_key?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly allow_private_network?: boolean | undefined
  readonly max_connections?: number | undefined
  readonly connect_timeout_ms?: number | undefined
  readonly proxy_url?: string | undefined
  readonly http2?: boolean | undefined
  readonly models: readonly ModelSection[]
}

export interface ModelSection {
  readonly model: string
  readonly upstream_model?: string | undefined
  readonly variant?: string | undefined
  readonly region?: string | undefined
  readonly quantization?: Quantization | undefined
  readonly context_tokens: number
  readonly max_prompt_tokens?: number | undefined
  readonly max_output_tokens?: number | undefined
  readonly requests_per_minute?: number | undefined
  readonly tokens_per_minute?: number | undefined
  readonly max_concurrent?: number | undefined
  readonly price: PriceSection
  readonly parameters?: readonly Parameter[] | undefined
  readonly input_modalities?: readonly Modality[] | undefined
  readonly output_modalities?: readonly Modality[] | undefined
  readonly collects_data?: boolean | undefined
  readonly zero_data_retention?: boolean | undefined
  readonly continues_natively?: boolean | undefined
  readonly cancel_stops_billing?: boolean | undefined
  readonly disabled?: boolean | undefined
}

/** US dollars per million tokens. */
export interface TokenPriceSection {
  readonly prompt: number
  readonly completion: number
  readonly cache_read?: number | undefined
  readonly cache_write?: number | undefined
}

export interface PriceSection extends TokenPriceSection {
  readonly request?: number | undefined
  readonly image?: number | undefined
  readonly tiers?: readonly (TokenPriceSection & { readonly above_prompt_tokens: number })[] | undefined
}
