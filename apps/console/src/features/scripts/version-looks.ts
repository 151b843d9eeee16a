import type { ScriptVersion } from '@riposte/contract'
import type { Look } from '../../ui/mark.tsx'

export const versionLooks: Readonly<Record<ScriptVersion['state'], Look>> = {
  draft: { word: 'Waits for approval', shape: 'half', tone: 'warn' },
  approved: { word: 'Approved', shape: 'check', tone: 'good' },
  void: { word: 'Void', shape: 'dash', tone: 'quiet' },
}
