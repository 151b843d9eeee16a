import '@riposte/monitor/register'
import { DOMParser } from '@xmldom/xmldom'
import { XMLParser } from 'fast-xml-parser'
import libxmljs from 'libxmljs2'
import sax from 'sax'
import xml2js from 'xml2js'
import xpath from 'xpath'
import routes from './routes.cjs'

routes.serve({ DOMParser, XMLParser, libxmljs, sax, xml2js, xpath })
