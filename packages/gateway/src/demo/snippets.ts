/** What the examples ask. */
export const snippetQuestion = 'What is the meaning of life?'

/** The same request in three languages, ready to paste. */
export interface Snippets {
  readonly curl: string
  readonly python: string
  readonly javascript: string
}

export interface SnippetTarget {
  /** Base URL of the API, e.g. `http://127.0.0.1:8787/v1`. */
  readonly baseUrl: string
  readonly model: string
}

/** Returns examples that ask a gateway one question through curl and through OpenAI's own clients. */
export function snippetsFor({ baseUrl, model }: SnippetTarget): Snippets {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: snippetQuestion }] })
  return {
    curl: `curl ${baseUrl}/chat/completions -H 'content-type: application/json' -d '${body}'`,
    python: `from openai import OpenAI

client = OpenAI(base_url="${baseUrl}", api_key="none")
completion = client.chat.completions.create(
    extra_headers={"HTTP-Referer": "https://example.com", "X-Title": "My app"},
    extra_body={},
    model="${model}",
    messages=[{"role": "user", "content": "${snippetQuestion}"}],
)
print(completion.choices[0].message.content)`,
    javascript: `import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: '${baseUrl}',
  apiKey: 'none',
  defaultHeaders: { 'HTTP-Referer': 'https://example.com', 'X-Title': 'My app' },
})
const completion = await client.chat.completions.create({
  model: '${model}',
  messages: [{ role: 'user', content: '${snippetQuestion}' }],
})
console.log(completion.choices[0].message.content)`,
  }
}
