import path from 'node:path'
import { ActionFailure } from '../executor.ts'
import { pathProblem } from './absolute-path.ts'

const devices = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\..*)?$/i

/** One way to write a path: Windows reads several as the same file, and only one of them was approved. */
const oddPart = (part: string): string | null => {
  if (/[. ]$/.test(part)) return 'ends with a dot or a blank, which Windows leaves out'
  if (/~\d/.test(part)) return 'looks like a short name; give the long one'
  if (/[<>"|?*\u0000-\u001f]/.test(part)) return 'holds a character that no file of Windows has'
  return devices.test(part) ? 'is a device' : null
}

/** The path in the one form in which it is worked on. @throws ActionFailure */
export const windowsPath = (text: string): string => {
  const problem = pathProblem(text)
  if (problem !== null) throw new ActionFailure('unsupported', problem.message)
  if (!/^[A-Za-z]:/.test(text))
    throw new ActionFailure('unsupported', 'On Windows a path begins with a drive, such as C:\\Temp\\run.exe.')
  const plain = text.replaceAll('/', '\\')
  for (const part of plain.slice(3).split('\\')) {
    const odd = oddPart(part)
    if (odd !== null) throw new ActionFailure('unsupported', `${JSON.stringify(part)} in the path ${odd}.`)
  }
  return plain
}

const vitalFolders = [
  '\\boot\\',
  '\\efi\\',
  '\\windows\\boot\\',
  '\\windows\\system32\\config\\',
  '\\windows\\system32\\drivers\\',
]
const vitalFiles = new Set(
  [
    ...[
      'ntoskrnl.exe',
      'hal.dll',
      'winload.exe',
      'winload.efi',
      'ntdll.dll',
      'kernel32.dll',
      'kernelbase.dll',
      'lsass.exe',
    ],
    ...[
      'smss.exe',
      'csrss.exe',
      'wininit.exe',
      'winlogon.exe',
      'services.exe',
      'svchost.exe',
      'logonui.exe',
      'userinit.exe',
    ],
    ...['cmd.exe', 'ci.dll', 'user32.dll', 'gdi32.dll', 'advapi32.dll', 'rpcrt4.dll', 'samsrv.dll', 'lsasrv.dll'],
  ].map((name) => `\\windows\\system32\\${name}`),
)
const rootFiles = new Set([
  '\\bootmgr',
  '\\bootnxt',
  '\\pagefile.sys',
  '\\swapfile.sys',
  '\\hiberfil.sys',
  '\\windows\\explorer.exe',
])

/** Why a file may not leave its place; null when it may. */
export const whyProtectedOnWindows = (
  file: string,
  own: { readonly stateDir: string; readonly exe: string | null },
): string | null => {
  const plain = file.toLowerCase()
  const bare = plain.slice(2)
  if (plain.startsWith(`${path.win32.normalize(own.stateDir).toLowerCase().replace(/\\$/, '')}\\`))
    return 'It belongs to the agent; uninstall the agent instead.'
  if (own.exe !== null && plain === own.exe.toLowerCase())
    return 'The agent runs from it: it could not put the file back.'
  if (vitalFiles.has(bare) || rootFiles.has(bare) || vitalFolders.some((folder) => bare.startsWith(folder)))
    return 'Windows would not start, or let anybody in, without it.'
  return null
}
