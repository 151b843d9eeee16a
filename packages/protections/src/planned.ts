/** Known by name, so that a configuration that holds them loads and says so; not in this version. */
export const plannedProtections = {
  BrokenAuthentication: 'Broken Authentication',
  RateLimit: 'Rate Limit',
  BotDetection: 'Bot Detection',
  AnomalyDetection: 'Anomaly Detection',
  DebuggerDetection: 'Debugger Detection',
  TamperingDetection: 'Tampering Detection',
  JailbreakDetection: 'Jailbreak Detection',
  MemoryDumpDetection: 'Memory Dump Detection',
  ProcessInjection: 'Process Injection',
  VirtualMachineDetection: 'Virtual Machine Detection',
  EmulatorDetection: 'Emulator Detection',
  ContainerDetection: 'Container Detection',
  NetworkTampering: 'Network Tampering',
  RemoteDesktopDetection: 'Remote Desktop Detection',
  ClockTampering: 'Clock Tampering',
  CloudMetadataDetection: 'Cloud Metadata Detection',
  LicenseBinding: 'License Binding',
} as const

export type PlannedProtectionId = keyof typeof plannedProtections
