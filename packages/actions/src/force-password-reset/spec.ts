import * as z from 'zod'
import { defineAction } from '../define.ts'

export const forcePasswordReset = defineAction({
  id: 'force_password_reset',
  title: 'Force password reset',
  verb: 'Force a password reset of',
  summary:
    'Flags the person, tells them by mail, and makes the directories and hosts that know them ask for a new password.',
  parameters: z.strictObject({
    /** A local account, when the target is a device; null when the target is a person. */
    user: z.string().min(1).max(256).nullable().default(null).meta({ title: 'Local account' }),
    notify: z.boolean().default(true).meta({ title: 'Send the mail' }),
  }),
  destructive: true,
  release: false,
  targets: 'device_or_person',
  lane: 'people',
  ttlMinutes: 1_440,
  timeoutS: 120,
  containment: false,
  undo: { type: null, words: 'Take the flag away on the person’s page; a password that was changed stays changed.' },
  verification: 'The flag is still set, or the password was changed since.',
  effects: ['The person must choose a new password at the next sign-in.'],
  sentence: ({ user }, target) =>
    user === null ? `Force a password reset of ${target}` : `Expire the password of the account ${user} on ${target}`,
  subject: ({ user }) => `password:${user ?? ''}`,
})
