import type * as z from 'zod'
import type { Executor } from './executor.ts'
import { linux as killProcessLinux } from './kill-process/linux.ts'
import { windows as killProcessWindows } from './kill-process/windows.ts'
import { linux as isolateDeviceLinux } from './isolate-device/linux.ts'
import { windows as isolateDeviceWindows } from './isolate-device/windows.ts'
import { linux as unisolateDeviceLinux } from './unisolate-device/linux.ts'
import { windows as unisolateDeviceWindows } from './unisolate-device/windows.ts'
import { linux as quarantineFileLinux } from './quarantine-file/linux.ts'
import { windows as quarantineFileWindows } from './quarantine-file/windows.ts'
import { linux as restoreFileLinux } from './restore-file/linux.ts'
import { windows as restoreFileWindows } from './restore-file/windows.ts'
import { linux as blockIpLinux } from './block-ip/linux.ts'
import { windows as blockIpWindows } from './block-ip/windows.ts'
import { linux as unblockIpLinux } from './unblock-ip/linux.ts'
import { windows as unblockIpWindows } from './unblock-ip/windows.ts'
import { linux as resetUserSessionLinux } from './reset-user-session/linux.ts'
import { windows as resetUserSessionWindows } from './reset-user-session/windows.ts'
import { linux as forcePasswordResetLinux } from './force-password-reset/linux.ts'
import { windows as forcePasswordResetWindows } from './force-password-reset/windows.ts'
import { linux as collectForensicsLinux } from './collect-forensics/linux.ts'
import { windows as collectForensicsWindows } from './collect-forensics/windows.ts'
import { linux as runScriptLinux } from './run-script/linux.ts'
import { windows as runScriptWindows } from './run-script/windows.ts'
import type { ResponseTypeId, SpecOf } from './specs.ts'

type Executors = { readonly [Id in ResponseTypeId]: Executor<z.output<SpecOf<Id>['parameters']>> }

/** Forgetting one does not compile. */
const linux: Executors = {
  isolate_device: isolateDeviceLinux,
  unisolate_device: unisolateDeviceLinux,
  kill_process: killProcessLinux,
  quarantine_file: quarantineFileLinux,
  restore_file: restoreFileLinux,
  block_ip: blockIpLinux,
  unblock_ip: unblockIpLinux,
  reset_user_session: resetUserSessionLinux,
  force_password_reset: forcePasswordResetLinux,
  collect_forensics: collectForensicsLinux,
  run_script: runScriptLinux,
}

const windows: Executors = {
  isolate_device: isolateDeviceWindows,
  unisolate_device: unisolateDeviceWindows,
  kill_process: killProcessWindows,
  quarantine_file: quarantineFileWindows,
  restore_file: restoreFileWindows,
  block_ip: blockIpWindows,
  unblock_ip: unblockIpWindows,
  reset_user_session: resetUserSessionWindows,
  force_password_reset: forcePasswordResetWindows,
  collect_forensics: collectForensicsWindows,
  run_script: runScriptWindows,
}

/** The executor of a type on a platform, for code that does not know which type it is. */
export const findExecutor = (platform: 'linux' | 'windows', type: string): Executor<unknown> | undefined => {
  const all: Executors = platform === 'linux' ? linux : windows
  return Object.hasOwn(all, type) ? all[type as ResponseTypeId] : undefined
}
