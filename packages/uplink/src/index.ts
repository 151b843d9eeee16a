export { createUplink } from './create-uplink.ts'
export type { SelfDescription, Uplink, UplinkOptions, UplinkStatus } from './uplink.ts'
