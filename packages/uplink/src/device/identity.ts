/** What makes a host a device: kept by the agent, made at enrolment. */
export interface DeviceIdentity {
  readonly deviceId: string
  readonly organisationId: string
  /** Ed25519, PKCS #8 PEM; never leaves the host. */
  readonly privateKey: string
  /** PEM. */
  readonly certificate: string
  /** The control plane's authority, PEM: the only one that is trusted. */
  readonly authority: string
  /** Signing keys of commands, SPKI DER in base64. */
  readonly keys: readonly string[]
  /** 32 bytes in base64, for break-glass codes. */
  readonly releaseSecret: string
}

/** A place where a control plane listens, as people write it. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** The same with the name resolved: what is dialled, and what isolation lets through. */
export interface KnownAddress extends Endpoint {
  /** IPv4 or IPv6, never a name. */
  readonly address: string
}
