export const sessionCookie = 'riposte_session'
/** A session ends after this long unused, and after this long in any case. */
export const idleDays = 7
export const absoluteDays = 30

export const cookieOptions = (publicUrl: string) =>
  ({
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: publicUrl.startsWith('https:'),
    maxAge: absoluteDays * 86_400,
  }) as const

/** Failed sign-ins in a row after which an account rests, and for how long; the pause doubles with each further one. */
export const failuresBeforeLock = 5
export const lockSeconds = (failures: number): number => Math.min(30 * 2 ** (failures - failuresBeforeLock), 3_600)
