/** One question to a hub over HTTP. By `node:http`, since `fetch` refuses some ports that are perfectly good. */
import { request as plain } from 'node:http'
import { request as secure } from 'node:https'

export interface HubAddress {
  /** `http:` or `https:`, also written `ws:` or `wss:`. */
  url: string
  token: string | null
}

export interface Answer {
  status: number
  /** Parsed JSON; `null` where it was none. */
  body: unknown
}

const MOST_BYTES = 16_777_216

/** @throws where no answer comes within `timeoutMs`, or not a whole one. */
export function askHub(
  hub: HubAddress,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  { body, timeoutMs }: { body?: unknown; timeoutMs: number },
): Promise<Answer> {
  const url = new URL(path, hub.url.replace(/^ws/, 'http'))
  const sent = body === undefined ? null : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? secure : plain
    const request = ask(url, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        ...(sent === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
        ...(hub.token === null ? {} : { authorization: `Bearer ${hub.token}` }),
      },
    })
    request.once('error', reject)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MOST_BYTES) request.destroy(new Error('the answer is too long'))
        else chunks.push(chunk)
      })
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: json(Buffer.concat(chunks).toString('utf8')) }),
      )
    })
    request.end(sent ?? undefined)
  })
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON, so nothing of ours; the status says the rest.
    return null
  }
}
