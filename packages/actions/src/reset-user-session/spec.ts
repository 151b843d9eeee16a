import * as z from 'zod'
import { defineAction } from '../define.ts'

export const resetUserSession = defineAction({
  id: 'reset_user_session',
  title: 'Reset user session',
  verb: 'Reset a session on',
  summary: 'Logs a user out: one session, or all of them.',
  parameters: z.strictObject({
    user: z.string().min(1).max(256).meta({ title: 'User' }),
    /** As the host names it; null: every session of the user. */
    session: z.string().min(1).max(64).nullable().default(null).meta({ title: 'Session' }),
  }),
  destructive: true,
  release: false,
  targets: 'device',
  lane: 'process',
  ttlMinutes: 60,
  timeoutS: 60,
  containment: false,
  undo: { type: null, words: 'The user signs in again; what was not saved is lost.' },
  verification: 'No process is left in those sessions, and none came without a new login.',
  effects: ['Every program in the session ends; unsaved work is lost.'],
  sentence: ({ user, session }, target) =>
    `End ${session === null ? 'all sessions' : `session ${session}`} of ${user} on ${target}`,
  subject: ({ user, session }) => `session:${user}:${session ?? '*'}`,
})
