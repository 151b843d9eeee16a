import { readEntities } from '../html/entities.ts'

/** Attributes whose value is an address that a browser follows or loads. */
const addresses: ReadonlySet<string> = new Set(
  'href src action formaction xlink:href data srcdoc poster background ping manifest cite longdesc code codebase'.split(
    ' ',
  ),
)
const animated: ReadonlySet<string> = new Set(['to', 'from', 'by', 'values'])
/** Elements in which an image, also of SVG, runs nothing. */
const shown: ReadonlySet<string> = new Set('img image video audio source track input picture'.split(' '))

export const isAddress = (element: string, attribute: string): boolean =>
  addresses.has(attribute) || ((element === 'animate' || element === 'set') && animated.has(attribute))

/** An address as a browser reads it: without the white space and control characters that it drops. */
export const cleanAddress = (raw: string): string =>
  readEntities(raw)
    .replace(/^[\0-\x20]+/, '')
    .replace(/[\t\n\r]/g, '')

const nothing =
  /^javascript:\s*(?:void\s*\(?\s*0\s*\)?|false|null|true|undefined|history\.(?:back|go)\([-\d]*\))?\s*;*\s*$/i
const running = /^data:\s*(?:text\/(?:html|xml)|image\/svg|application\/(?:xhtml|xml|[\w.-]*\+xml))/i

/** Whether following it runs script. @param element whose attribute it is */
export function runs(element: string, attribute: string, address: string): boolean {
  if (/^javascript:/i.test(address)) return !nothing.test(address)
  if (/^vbscript:/i.test(address)) return true
  if (!/^data:/i.test(address) || shown.has(element)) return false
  if (element === 'script' || (element === 'link' && attribute === 'href')) return true
  return running.test(address)
}

/** Where, in an address as it is written, its scheme ends; -1 where it has none. */
export function schemeEnd(raw: string): number {
  const found = /^[^/?]*?(?::|&colon;?|&#0*58;?|&#x0*3a;?)/i.exec(raw.slice(0, 512))
  return found ? found[0].length : -1
}

/** The script of an address that is one, or null. */
export function scriptIn(address: string): string | null {
  if (!/^javascript:/i.test(address)) return null
  const script = address.slice(11)
  try {
    return decodeURIComponent(script)
  } catch {
    return script
  }
}
