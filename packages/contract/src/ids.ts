import * as z from 'zod'

/** Ids are UUIDs (version 7 where we make them, so that they sort by time); brands keep one kind from standing in for another. */
export const ProjectId = z.uuid().brand<'ProjectId'>()
export type ProjectId = z.infer<typeof ProjectId>
export const InstanceId = z.uuid().brand<'InstanceId'>()
export type InstanceId = z.infer<typeof InstanceId>
/** Also the reference that a blocked user sees. */
export const IncidentId = z.uuid().brand<'IncidentId'>()
export type IncidentId = z.infer<typeof IncidentId>
export const RuleId = z.uuid().brand<'RuleId'>()
export type RuleId = z.infer<typeof RuleId>
export const MemberId = z.uuid().brand<'MemberId'>()
export type MemberId = z.infer<typeof MemberId>
export const DeviceId = z.uuid().brand<'DeviceId'>()
export type DeviceId = z.infer<typeof DeviceId>
/** One response action on one device or person. */
export const ResponseId = z.uuid().brand<'ResponseId'>()
export type ResponseId = z.infer<typeof ResponseId>
/** What was asked for and approved as one: one or many responses. */
export const RequestId = z.uuid().brand<'RequestId'>()
export type RequestId = z.infer<typeof RequestId>
export const PersonId = z.uuid().brand<'PersonId'>()
export type PersonId = z.infer<typeof PersonId>
export const ScriptId = z.uuid().brand<'ScriptId'>()
export type ScriptId = z.infer<typeof ScriptId>
export const EvidenceId = z.uuid().brand<'EvidenceId'>()
export type EvidenceId = z.infer<typeof EvidenceId>

export { uuidv7 } from './uuid.ts'
