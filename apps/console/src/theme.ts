import { createTheme, Drawer, Modal, Notification, type MantineColorsTuple } from '@mantine/core'

const steel: MantineColorsTuple = [
  '#e7f6f4',
  '#d3eae6',
  '#a8d4cd',
  '#79beb3',
  '#53ab9d',
  '#3a9f8f',
  '#2a9989',
  '#1a8576',
  '#0d7768',
  '#006759',
]

export const theme = createTheme({
  primaryColor: 'steel',
  primaryShade: { light: 9, dark: 7 },
  colors: { steel },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '1rem' }, h3: { fontSize: '0.875rem' } },
  },
  defaultRadius: 'sm',
  autoContrast: true,
  cursorType: 'pointer',
  components: {
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
  },
})
