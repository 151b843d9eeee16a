import type { ProtectionId } from '@riposte/protections/catalog'
import * as code from './oracles/code.ts'
import * as path from './oracles/path.ts'
import * as request from './oracles/request.ts'
import * as shell from './oracles/shell.ts'
import * as sql from './oracles/sql.ts'
import type { Subject } from './subject.ts'

/** Those whose language is known here, and whose engine can be asked. The others are fuzzed with texts of all kinds. */
export const subjects: { readonly [Id in ProtectionId]?: Subject } = {
  SqlInjection: { pieces: sql.pieces, oracles: [sql.postgresql, sql.sqlite] },
  CommandInjection: { pieces: shell.pieces, oracles: [shell.sh] },
  PathTraversal: { pieces: path.pieces, oracles: [path.nodePath] },
  ServerSideRequestForgery: { pieces: request.pieces, oracles: [request.url] },
  CodeInjection: { pieces: code.pieces, oracles: [code.javascript] },
}

export const otherwise: Subject = {
  pieces: [
    ...[
      '<',
      '>',
      '"',
      "'",
      '&',
      '/',
      '=',
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      '*',
      '|',
      '$',
      '$ne',
      '$where',
      '%',
      ':',
      ',',
      ' ',
      '\n',
    ],
    ...[
      'script',
      'onload',
      'javascript:',
      'constructor',
      '__proto__',
      'ENTITY',
      'SYSTEM',
      'uid',
      'or',
      'true',
      '1',
      'a',
      '../',
      'http://',
    ],
  ],
  oracles: [],
}
