/** A message as every channel can carry it. */
export interface Message {
  /** The same message has the same id however often it is tried: who receives it twice can tell. */
  readonly id: string
  /** In the words of the channel: a mail address, later a Slack channel or a webhook. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The other side, or our own settings, said no. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure'
  /** True: trying again changes nothing. */
  readonly permanent: boolean
  constructor(message: string, permanent: boolean) {
    super(message)
    this.permanent = permanent
  }
}

/** One way to reach people or programs. */
export interface Channel {
  readonly id: string
  readonly title: string
  /** @returns what the other side said when it took the message @throws DeliveryFailure */
  send(organisationId: string, message: Message): Promise<string>
  /** Whether the organisation has set it up. */
  ready(organisationId: string): Promise<boolean>
}
