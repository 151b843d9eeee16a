import { Modal } from '@mantine/core'

const keysHelp = [
  ['g o', 'Overview'],
  ['g i', 'Incidents'],
  ['g w', 'Workflow'],
  ['g d', 'Devices'],
  ['g a', 'Approvals'],
  ['g r', 'Response history'],
  ['g e', 'Evidence'],
  ['g p', 'People'],
  ['g s', 'Scripts'],
  [':', 'Response console: a command line'],
  ['Ctrl K', 'Search everything'],
  ['/', 'Filter'],
  ['j  k', 'Next, previous row'],
  ['x', 'Select row'],
  ['Enter', 'Open row'],
  ['r', 'Raw JSON of what is shown'],
  ['?', 'This help'],
] as const

export const KeyboardHelp = ({ close }: { close: () => void }) => (
  <Modal opened onClose={close} title="Keyboard">
    <dl className="facts">
      {keysHelp.map(([key, what]) => [
        <dt key={key} className="mono">
          {key}
        </dt>,
        <dd key={what}>{what}</dd>,
      ])}
    </dl>
  </Modal>
)
