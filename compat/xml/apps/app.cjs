'use strict'

require('@riposte/monitor/register')
const xmldom = require('@xmldom/xmldom')
const { XMLParser } = require('fast-xml-parser')
const libxmljs = require('libxmljs2')
const sax = require('sax')
const xml2js = require('xml2js')
const xpath = require('xpath')
const { serve } = require('./routes.cjs')

serve({ DOMParser: xmldom.DOMParser, XMLParser, libxmljs, sax, xml2js, xpath })
