'use client'
/** The hub asks for a token: it is exchanged for a session, and this page goes on where it was. */
import { type FormEvent, useState } from 'react'
import { signIn } from '../live/api.ts'
import { connection } from '../live/connection.ts'
import { Button } from '../ui/button.tsx'
import { Mark } from '../ui/glyphs.tsx'

export function Login() {
  const [token, setToken] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  const [isSending, setIsSending] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setIsSending(true)
    const answer = await signIn(token.trim())
    setIsSending(false)
    if (answer.ok) connection.retry()
    else setFailure(answer.status === 401 ? 'The hub does not know this token.' : answer.message)
  }
  return (
    <main className="login">
      <form className="panel" onSubmit={submit}>
        <div className="row">
          <Mark />
          <h1>Orrery</h1>
        </div>
        <p className="i2">
          This hub asks for a token. A viewer’s token can look; an operator’s can also act.
        </p>
        <label className="grid gap-2">
          <span className="lbl">Token</span>
          <input
            className="field mono"
            type="password"
            autoComplete="current-password"
            required
            // biome-ignore lint/a11y/noAutofocus: the only field of the page
            autoFocus
            value={token}
            onChange={(event) => setToken(event.target.value)}
            aria-invalid={failure !== null}
            aria-describedby="login-failure"
          />
        </label>
        <div id="login-failure" role="alert" className="c-crashed">
          {failure}
        </div>
        <Button kind="primary" type="submit" disabled={isSending} style={{ justifyContent: 'center' }}>
          Open
        </Button>
        <p className="i3" style={{ fontSize: 12 }}>
          Tokens are set where the hub runs: <span className="m">ORRERY_OPERATOR_TOKEN</span>,{' '}
          <span className="m">ORRERY_VIEWER_TOKEN</span>.
        </p>
      </form>
    </main>
  )
}
