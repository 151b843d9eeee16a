import { parseAddress } from '../address/parse-address.ts'
import { reachOfAddress } from '../address/reach.ts'

/**
 * Where an identifier leads: `inside` to files and services of the app's own, `elsewhere` to some server, `near` to a file beside the
 * document, `published` to a definition that everybody has, which tools write into documents without being asked.
 */
export type Reach = 'inside' | 'elsewhere' | 'near' | 'published'

/** Who publishes document types and sets of entities. */
const publishers: ReadonlySet<string> = new Set(
  (
    'www.w3.org w3.org www.oasis-open.org docs.oasis-open.org oasis-open.org docbook.org www.docbook.org dita.oasis-open.org ' +
    'www.apple.com java.sun.com xmlns.jcp.org jakarta.ee www.springframework.org struts.apache.org jakarta.apache.org ' +
    'logging.apache.org tomcat.apache.org xml.apache.org hibernate.sourceforge.net www.hibernate.org hibernate.org mybatis.org ' +
    'ibatis.apache.org checkstyle.org checkstyle.sourceforge.net www.puppycrawl.com dtd.nlm.nih.gov jats.nlm.nih.gov ' +
    'eutils.ncbi.nlm.nih.gov www.ncbi.nlm.nih.gov xml.cxml.org www.musicxml.org www.daisy.org openebook.org ' +
    'www.openmobilealliance.org www.wapforum.org my.netscape.com www.rssboard.org www.freedesktop.org www.gnome.org ' +
    'ns.adobe.com www.omg.org glade.gnome.org gtk.sourceforge.net doc.qt.io xml.coverpages.org'
  ).split(' '),
)
const definition = /\.(?:dtd|ent|mod|elt)$/

export function reachOf(systemId: string): Reach {
  const id = systemId.trim().replaceAll('\\', '/')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(id)?.[1]?.toLowerCase()
  if (scheme === 'urn' || scheme === 'about') return 'published'
  if (scheme === 'http' || scheme === 'https' || scheme === 'ftp' || id.startsWith('//')) return reachOfHost(id)
  if (scheme !== undefined || id.startsWith('/') || /(?:^|\/)(?:\.|%2e){2}(?:\/|$)/i.test(id)) return 'inside'
  return 'near'
}

function reachOfHost(id: string): Reach {
  const match = /^(?:[a-z]+:)?\/{2}(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)(:\d*)?([^?#]*)(.*)$/is.exec(id)
  const host = (match?.[1] ?? '').toLowerCase().replace(/\.$/, '')
  const path = (match?.[3] ?? '').toLowerCase()
  if (publishers.has(host) && !match?.[2] && !match?.[4] && !id.includes('@') && definition.test(path))
    return 'published'
  const address = parseAddress(host.replace(/^\[|\]$/g, ''))
  if (address) return reachOfAddress(address) === 'public' ? 'elsewhere' : 'inside'
  return !host.includes('.') || /\.(?:local|localhost|internal|intranet|lan|home|corp)$/.test(host)
    ? 'inside'
    : 'elsewhere'
}

/** A name such as `book.dtd`, as a definition beside the document has. */
export const isDefinition = (systemId: string): boolean => definition.test(systemId.trim().toLowerCase())
