import type { Sink } from '../sink.ts'
import { fastXmlParser } from './fast-xml-parser.ts'
import { libxmljs2 } from './libxmljs2.ts'
import { sax } from './sax.ts'
import { xml2js } from './xml2js.ts'
import { xmldom } from './xmldom.ts'
import { xpath } from './xpath.ts'

/** What reads documents, and what asks them. */
export const xmlLibraries: readonly Sink[] = [libxmljs2, xml2js, fastXmlParser, xmldom, sax, xpath]
