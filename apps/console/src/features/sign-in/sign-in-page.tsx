import { Button, PasswordInput, Stack, TextInput, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState, type SyntheticEvent } from 'react'
import { call } from '../../api/client.ts'
import { queryClient } from '../../api/query.ts'
import { replace } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { ErrorState } from '../../ui/page.tsx'

function entered(): void {
  queryClient.clear()
  replace(paths.home())
}

export function SignInPage() {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const byLink = useMutation({
    mutationFn: (token: string) => call('signInByLink', { body: { token } }),
    onSuccess: entered,
  })
  const byPassword = useMutation({
    mutationFn: () => call('signIn', { body: { email, password } }),
    onSuccess: entered,
  })
  const tried = useRef(false)
  useEffect(() => {
    document.title = 'Sign in · Riposte'
    const token = new URLSearchParams(location.hash.slice(1)).get('token')
    if (!token || tried.current) return
    tried.current = true
    // The link works once; it should not stay in the history either.
    history.replaceState(history.state, '', paths.signIn())
    byLink.mutate(token)
  }, [byLink])
  const error = byPassword.error ?? byLink.error
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    byPassword.mutate()
  }
  return (
    <main style={{ display: 'grid', placeItems: 'center', minHeight: '100dvh', padding: '1rem' }}>
      <form className="panel" style={{ padding: '2rem', width: 'min(24rem, 100%)' }} onSubmit={submit}>
        <Stack>
          <Title order={1}>Sign in to Riposte</Title>
          {error ? <ErrorState error={error} /> : null}
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" loading={byPassword.isPending || byLink.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </main>
  )
}
