import { useLocation } from '@tanstack/react-router'
import { paths } from '../paths.ts'
import { Link } from '../ui/link.tsx'
import { EmptyState, PageHeader } from '../ui/page.tsx'

/** Where nothing of the console is: a link that was cut, or an address typed from memory. */
export function NotFound() {
  const { pathname } = useLocation()
  return (
    <>
      <PageHeader title="No such page" context={<span className="mono">{pathname}</span>} />
      <EmptyState title="Nothing in the console has this address">
        Check that the link was copied whole, or go on from the <Link to={paths.home()}>overview</Link>.
      </EmptyState>
    </>
  )
}
