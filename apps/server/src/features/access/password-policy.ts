const shortest = 12
const common = [
  'password',
  '123456',
  'qwerty',
  'letmein',
  'welcome',
  'iloveyou',
  'abc123',
  'admin',
  'riposte',
  'changeme',
]

/** @returns why the password is too weak, or null */
export function weakness(password: string, email: string): string | null {
  if (password.length < shortest) return `A password has at least ${shortest} characters`
  const lower = password.toLowerCase()
  const [account = ''] = email.toLowerCase().split('@')
  if (lower.includes(email.toLowerCase()) || (account.length > 3 && lower.includes(account)))
    return 'A password does not hold the e-mail address'
  if (new Set(lower).size < 5) return 'A password has at least five different characters'
  if (common.some((word) => lower.replaceAll(/[^a-z0-9]/g, '').replaceAll(word, '').length < 4))
    return 'A password is not one of the most common ones'
  return null
}
