import type { ProtectionSpec } from '../define.ts'

/** What is looked for, and what a reason calls it. */
export const exposureKinds = [
  'keys',
  'tokens',
  'connections',
  'hashes',
  'secrets',
  'cards',
  'accounts',
  'identity',
  'internal',
  'others',
] as const
export type ExposureKind = (typeof exposureKinds)[number]

/** Words that apps give to what never leaves. */
export const usualInternalFields = [
  'password',
  'passwd',
  'passwordHash',
  'passwordDigest',
  'hashedPassword',
  'encryptedPassword',
  'passwordSalt',
  'salt',
  'secret',
  'clientSecret',
  'secretKey',
  'privateKey',
  'mfaSecret',
  'totpSecret',
  'otpSecret',
  'twoFactorSecret',
  'resetToken',
  'resetPasswordToken',
  'passwordResetToken',
  'recoveryCodes',
  'backupCodes',
  'securityAnswer',
] as const

export const spec = {
  id: 'DataExposure',
  title: 'Data Exposure',
  summary: 'A response holds secrets, card numbers, internal fields or data of somebody else.',
  severity: 'high',
  defaultAction: 'log',
  offUntilAsked: true,
  withoutInputs: true,
  kinds: ['response'],
  settings: {
    kinds: {
      kind: 'texts',
      default: exposureKinds,
      summary:
        'What is looked for: keys, tokens, connections, hashes, secrets, cards, accounts, identity, internal, others.',
    },
    internalFields: {
      kind: 'texts',
      default: usualInternalFields,
      summary: 'Names of fields that no response may hold with a value. Case and separators do not matter.',
    },
    ownerFields: {
      kind: 'texts',
      default: [],
      summary:
        'Names of fields that hold whose record it is, such as userId or owner.id, compared with who is signed in.',
    },
    allowedFields: {
      kind: 'texts',
      default: [],
      summary: 'Names of fields, or paths such as settings.apiKey, whose values are not looked at.',
    },
    issuedTokens: {
      kind: 'boolean',
      default: false,
      summary: 'Counts also tokens that a response hands to the client that signs in with it.',
    },
  },
  explanation: {
    what: 'What leaves the app holds data that its reader should not have: a secret, a card number, a field meant for the inside, or a record of another user.',
    whatToDo:
      'Name the fields that a response may have, select only those, and check who owns a record before it is sent.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-200',
        title: 'Exposure of Sensitive Information',
        url: 'https://cwe.mitre.org/data/definitions/200.html',
      },
      {
        scheme: 'CWE',
        id: 'CWE-213',
        title: 'Exposure Due to Incompatible Policies',
        url: 'https://cwe.mitre.org/data/definitions/213.html',
      },
      {
        scheme: 'OWASP',
        id: 'API3:2023',
        title: 'Broken Object Property Level Authorization',
        url: 'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
      },
    ],
  },
} as const satisfies ProtectionSpec
