export { readMailSettings, setMailSettings } from './mail-settings.ts'
export { Notifications } from './notifications.ts'
